"""One-to-one folding of characters, so that every rule is written once for all spellings of a sign.

``fold`` replaces full-width digits, letters and signs by their ASCII forms, the dash and minus variants by ``-``, and
the traditional characters that carry numbers, measures and headings in these reports by the simplified ones. It maps
one character to one character, so an offset in the folded view *is* an offset in the text (promise 1 of the design:
the text itself is never altered).

Not folded on purpose: ``，`` (a list of numbers must not become a thousands group), ``。``, ``、`` and the
accounting numerals 壹贰叁 (the numeral grammar knows them).
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["fold", "fold_document", "own_characters"]

#: Signs with an ASCII twin. The colon is folded because 1：1 is a ratio; the comma ， is not (see above).
_SIGNS: Final = {
    "\u3000": " ",  # ideographic space
    "\ufeff": " ",  # byte order mark: text files keep it
    "\u00a0": " ",
    "\u2002": " ",
    "\u2003": " ",
    "\u2009": " ",
    "\u202f": " ",
    "．": ".",
    "％": "%",
    "﹪": "%",
    "٪": "%",
    "／": "/",
    "∕": "/",
    "⁄": "/",
    "－": "-",
    "−": "-",
    "–": "-",
    "‐": "-",
    "‑": "-",
    "﹣": "-",
    "―": "—",
    "＋": "+",
    "～": "~",
    "∼": "~",
    "〜": "~",
    "：": ":",
    "∶": ":",
    "（": "(",
    "）": ")",
    "［": "[",
    "］": "]",
    "【": "[",
    "】": "]",
    "＝": "=",
    "＜": "<",
    "＞": ">",
    "＆": "&",
    "＠": "@",
    "＃": "#",
    "＿": "_",
    "｡": "。",
    "､": "、",
    "﹐": "，",
    "′": "'",
    "○": "〇",
    "◯": "〇",
}

#: Traditional (and variant) characters -> simplified, pair by pair.
_TRADITIONAL: Final = (
    "萬万 億亿 兩两 點点 負负 餘余 個个 箇个 號号 戶户 畝亩 頃顷 噸吨 幣币 圓圆 與与 為为 爲为 這这 來来 "
    "時时 間间 歲岁 週周 處处 條条 項项 場场 幾几 數数 縣县 鄉乡 鎮镇 區区 級级 類类 組组 隊队 張张 臺台 "
    "輛辆 層层 棟栋 雙双 對对 隻只 頭头 顆颗 畢毕 冊册 籌筹 達达 約约 過过 從从 東东 貧贫 脫脱 農农 業业 "
    "產产 總总 額额 費费 資资 財财 經经 濟济 實实 現现 發发 開开 關关 門门 問问 題题 導导 領领 學学 習习 "
    "書书 記记 說说 話话 專专 職职 員员 崗岗 務务 勞劳 動动 醫医 療疗 險险 護护 養养 殘残 災灾 補补 貼贴 "
    "償偿 貸贷 銀银 錢钱 價价 進进 遠远 運运 輸输 鐵铁 鋼钢 銅铜 電电 網网 線线 纜缆 飲饮 館馆 廠厂 廣广 "
    "莊庄 園园 圍围 國国 團团 體体 傳传 統统 計计 訓训 設设 許许 評评 認认 識识 議议 證证 調调 談谈 請请 "
    "讓让 變变 權权 樹树 橋桥 機机 標标 準准 質质 責责 買买 賣卖 購购 貨货 貿贸 賬账 極极 構构 檢检 樣样 "
    "樓楼 楊杨 榮荣 營营 獲获 環环 監监 測测 溝沟 滿满 漲涨 減减 滅灭 無无 獎奖 獨独 畫画 異异 當当 盡尽 "
    "眾众 碼码 礦矿 礎础 禮礼 種种 稱称 穩稳 穀谷 窮穷 節节 範范 簡简 糧粮 純纯 紀纪 細细 終终 結结 給给 "
    "絕绝 續续 維维 緊紧 編编 緣缘 縮缩 績绩 聯联 聲声 聽听 腦脑 興兴 舉举 舊旧 艱艰 藝艺 藥药 蘇苏 蘭兰 "
    "蟲虫 術术 衛卫 衝冲 裝装 見见 規规 視视 覽览 觀观 訂订 試试 詳详 誤误 課课 諮咨 豐丰 貢贡 販贩 貴贵 "
    "賠赔 賽赛 贊赞 趕赶 跡迹 車车 軍军 載载 較较 輕轻 輪轮 轉转 辦办 邊边 還还 選选 適适 遞递 遺遗 釋释 "
    "鄰邻 鑒鉴 針针 鏈链 錄录 長长 閉闭 階阶 際际 陽阳 隨随 難难 雲云 靈灵 靜静 響响 頁页 順顺 預预 頻频 "
    "顯显 風风 飛飞 飼饲 馬马 驗验 驅驱 魚鱼 鮮鲜 鳥鸟 麥麦 黃黄 黨党 齊齐 齡龄 龍龙 鬆松 歷历 曆历 於于 "
    "後后 幹干 臨临 嚴严 優优 儲储 儘尽 債债 傷伤 僅仅 倉仓 們们 併并 並并 佔占 佈布 協协 單单 勝胜 勢势 "
    "勵励 勸劝 匯汇 參参 啟启 喪丧 嘗尝 噴喷 壓压 壯壮 壩坝 夠够 奪夺 婦妇 孫孙 寶宝 寬宽 審审 將将 尋寻 "
    "屆届 屬属 島岛 嶺岭 巒峦 帳帐 帶带 幫帮 庫库 廢废 強强 彙汇 徑径 徵征 復复 態态 慶庆 憂忧 應应 懷怀 "
    "戰战 戲戏 擇择 擔担 據据 擴扩 擬拟 擁拥 攔拦 敗败 敘叙 斷断 晝昼 暫暂 會会 棄弃 樞枢 樂乐 歡欢 殺杀 "
    "毀毁 氣气 決决 況况 沒没 淨净 淺浅 湯汤 滙汇 潔洁 澤泽 濕湿 灣湾 灘滩 熱热 爭争 牆墙 狀状 獻献 瑪玛 "
    "盤盘 盧卢 確确 積积 稅税 築筑 簽签 籃篮 粵粤 紅红 納纳 絡络 緩缓 練练 縱纵 織织 繼继 罰罚 羅罗 聖圣 "
    "肅肃 膽胆 臟脏 艙舱 莖茎 華华 萊莱 葉叶 蓋盖 薦荐 虧亏 製制 複复 訪访 診诊 詢询 該该 諾诺 謀谋 譽誉 "
    "讀读 貫贯 贈赠 贏赢 趨趋 踐践 躍跃 輔辅 輩辈 輻辐 逕径 連连 違违 遲迟 鄭郑 釀酿 鋪铺 錯错 鍋锅 鎖锁 "
    "鐘钟 闊阔 陝陕 陸陆 隱隐 雜杂 離离 須须 頒颁 願愿 飯饭 驟骤 鬥斗 鹽盐 "
)


def _table() -> dict[int, str]:
    wide = (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
    table = {code: chr(code - 0xFEE0) for code in wide}
    table.update({ord(sign): to for sign, to in _SIGNS.items()})
    table.update({ord(pair[0]): pair[1] for pair in _TRADITIONAL.split()})
    return table


_TABLE: Final = _table()
#: Signs that nearly every report has: replaced without a look whether they are there.
_USUAL: Final = tuple((sign, _SIGNS[sign]) for sign in "：（）％\u3000")
#: The others, in one class, so that one pass over the text finds the few that are there.
_OTHERS: Final = re.compile(f"[{re.escape(''.join(map(chr, _TABLE.keys() - {ord(sign) for sign, _ in _USUAL})))}]")
_HAN: Final = re.compile(f"[{''.join(chr(code) for code, to in _TABLE.items() if '一' <= to <= '鿿')}]")
#: With more different characters to fold than this a look-up of each character is faster. Traditional reports of a
#: few pages have some sixty.
_FEW: Final = 150


def fold(text: str) -> str:
    """The folded view of ``text``, of the same length.

    >>> fold("１２．５％，兩萬戶—３５－４０")
    '12.5%，两万户—35-40'
    """
    return _folded(text, _others(text))


def fold_document(text: str) -> tuple[str, dict[int, str]]:
    """:func:`fold` and :func:`own_characters` of a text, in one pass."""
    others = _others(text)
    own = own_characters(text) if any([_TABLE[ord(sign)] >= "一" for sign in others]) else {}
    return _folded(text, others), own


def _others(text: str) -> set[str]:
    """The characters of ``text`` to be folded, but for the usual ones."""
    return set() if text.isascii() else set(_OTHERS.findall(text))


def _folded(text: str, others: set[str]) -> str:
    if len(others) > _FEW:
        return text.translate(_TABLE)
    for sign, to in _USUAL:  # what a sign is folded to is never folded itself
        text = text.replace(sign, to)
    for sign in others:
        text = text.replace(sign, _TABLE[ord(sign)])
    return text


def own_characters(text: str) -> dict[int, str]:
    """Folded Chinese characters (by code) and how ``text`` prints them: the way back, for words shown to people.

    >>> own_characters("脫貧１２戶")
    {33073: '脫', 36139: '貧', 25143: '戶'}
    """
    return {ord(_TABLE[ord(sign)]): sign for sign in _HAN.findall(text)}
