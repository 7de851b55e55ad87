"""Cutting the phrase that names a quantity out of the text around its number.

Small pure functions over folded text; :mod:`extractor.context.subjects` decides which of them applies.
"""

from __future__ import annotations

import re

_SPACE = re.compile(r"[\s　]+")
_QUOTES = re.compile(r"[“”\"'‘’「」『』〝〞]")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_OWN = re.compile(r"[我本][省市县区州旗镇乡](?![级直])")
_ITEM = re.compile(r"(?:第?[一二三四五六七八九十]是|[一二三四五六七八九十]要|——)")
# Words that open a clause and say nothing about what is measured.
_HEAD = re.compile(
    r"^(?:[、，,。；;:：)）\-—~·•]+|(?:及)?以[上下内]|左右|上下|力争|争取(?!到)|确保|计划|每年(?!度)|其中|其余|其他的|另有|另外|此外|同时|并且|并(?=[^购联])|"
    r"且|以及|及|和(?!美|谐|平)|与(?!会)|还|又|也|均|都|则|即|约|近|仅|现已|目前|含|包括|"
    r"全年|今年以来|今年|去年|本年度?|年内|当年|上半年|下半年|年末|年底|年初|期末|以来|至今|先后|常态化|积极|大力|切实|进一步|深入|持续|不断|继续|扎实|稳步|全面(?=[^积])|加快|"
    r"(?:按照?|依据|根据)[^，。]{0,14}(?:要求|规定|原则|标准)|(?:通过|采取|运用)[^，。]{0,40}(?:方式|形式|办法|等)|截至(?:目前|今)?|到目前为止|(?:比|较)?(?:上年|去年)(?:同期|末|底|度)?(?:执行数|决算数)?的?$|对于?(?!口|接|照|应|象|标|外)|"
    r"将(?!军)|把|从(?!业)|为(?!民)|向|在(?!建|册|校|岗|编|职|读|乡|家)|给(?!付)|"
    r"我[省市县区州旗镇乡村局委办校院国]|本[省市县区州镇乡局]|各地|督促|[^一-鿿A-Za-z0-9(（《]+)+"
)
# Words between the noun and its number.
_TAIL = re.compile(
    r"(?:(?:增加|提高|增长|上升|扩大|提升|发展|下降|减少|降低|缩小|压减|调整|扩大|由|从|控制|保持|稳定|维持|确定)(?:到|至|在|为)?$|"
    r"达到?了?|达成|为|是|有|约|近|超过?|突破|逾|至少|至多|至|到|共计?|总计|合计|累计|计|分别|(?<![户人村次月亩年日镇县校班组床生台乡])均|各|已|了|在|的|即|不少于|不低于|不超过|不高于|"
    r"高达|多达|最多|最少|仅|只有|已有|现有|共有|约有|还有|仍有|预计|可|将|力争|确保|列|居|需|完成了|[、，,:：(（\s])+$"
)
_COMPARISON = re.compile(r"^(?:比|较|与)?(?:上年|去年)(?:同期|末|底|度)?(?:执行数|决算数|完成数|的)*$")
_GROW = r"(?:增长|增加|提高|提升|上升|上涨|递增|增收|下降|减少|降低|回落|下滑|收窄|扩大|缩小|压减|净增|增|减|降|升|涨)"
_GROWTH = re.compile(
    r"(?:(?:同比|环比|比(?!例|重|率|如)|较(?!大|好|快|高)|高于|低于|年均|平均|累计|按|可比|名义|实际|同口径)[^，。]{0,22}?)?"
    + _GROW
    + r"(?:率|幅度?|速|额|量|总额|长率|长速度)?(?:了|约|为|达到?)*$|(?:增速|增幅|涨幅|降幅|升幅|增长率)(?:为|达到?|约)*$|(?:高于|低于|快于)[^，。]{0,16}$"
)
_SHARE = re.compile(r"(?:占比?|比重|比例|比率|率|进度|覆盖面|份额|完成度|满意度|指数|成数)$")
_GENERIC = re.compile(
    r"^(?:全[省市县区州镇乡村国年]|[省市县镇]级|各级|[共总实各已])*(?:计|累计)?(?:完成|实现|实施|投入|拨付|发放|下达|安排|筹集|争取|落实|支出|使用|到位|收入|补助|兑现|惠及|"
    r"带动|覆盖|涉及|受益|奖补|减免|"
    r"建成|开工|竣工|新建|改造|建设|培训|制定|整改|排查|发现|认领|开展|召开|举办|组织|印发|发出|通报|明确|启动|成立|参加|参与|扶持|资助|支持|核查|摸排|入户|逾期|新增|获得|吸引|"
    r"用于|包含|累计投入|预算|引进|推进|受理|办结|化解|组建|设立|深入)*"
    r"(?:各类|各级|各项|相关|有关|专项|财政|补助|补贴|奖补|救助|贷款|受益|涉及|覆盖|项目|社会|群众|困难|具体|市级|县级|省级|中央)*"
    r"(?:资金|金额|投资|总投资|投资额|总面积|收入总计|支出总计|合计|项目|户|人|户数|人数|群众|总额|面积|村|问题|措施|任务|支出|收入|进度|占|占比|率|比例|覆盖率|完成率|任务完成率|普及率|发放率|总量|产值|产量|"
    r"家庭|农户|学生|人员|对象|次数|标准|"
    r"部门|单位|目标|其他|人口|企业|县|镇|乡|社区|村\(社区\)|个|岗位|方面|产业发展|产业|整改进度)?(?:数|量|额)?$"
)
_VERB_HEAD = re.compile(
    r"^(?:全[省市县区州镇]|[共总]|累计|现|实际|预计)*((?:新建|改建|扩建|新改建|建设|建成|建立|新增|开展|组织|举办|召开|发放|安排|选派|派驻|派出|购买|培训|培育|认定|成立|组建|"
    r"设立|开发|创建|打造|引进|"
    r"招引|落实|制定|印发|排查|发现|整改|完成|实施|改造|实现|带动|覆盖|惠及|吸引|抽调|发布|获得?|配备|配套|推广|谋划|编制|选定|吸纳|涉及|投入|资助|救助|保障|支持|扶持|化解|办理|受理|"
    r"调整|优化|出台|评选|申报|争取|访谈|走访|慰问|拨付|下达|支付|收缴|征收|推进|启动|开工|竣工|开通|发展|种植|养殖|出栏|存栏|销售|接待|签约|兑现|减免|拥有|处理|查处|化解|救治|安置|"
    r"输送|转移|淘汰|关停|创成|识别|纳入|保有|认领|摸排|谋划|入库)+)"
)
_NOUN_END = re.compile(
    r"[、，,。；;:：!！?？()（）\n\d…\x00|│]|[一二三四五六七八九十]是|以及|(?:和|与|及)(?=\d|$)|的?情况|"
    r"(?:实现|通过|进行|开展|参加|参与|担任|收录|荣获|获得?|被|得到|下沉|组成|奖励|购买|进入|完成|均|全部|已|已经|占|用于|达到|达|位居|落地|投产|开工|竣工|建成|纳入|入选|上市|正在|"
    r"包抓|联系|包保|派驻|负责|从事|享受|成立|建立|作为|实行|来自|赴|需|未|在(?!建|册|校|岗|编|职|读)|对(?!口|接|象)|由|为|增加|提高|收益|基础上|进入|集中|投入|分布|受益|"
    r"脱贫|出列|退出|就业|务工|存在|整改|支出|惠及|(?<!全)覆盖)(?=.)|(?:包抓|联系|包保|派驻|成立|建立|组建|实现|参加|参与|获得|开展|担任|安排|发放|提供)"
)
_RIGHT_HEAD = re.compile(r"^(?:以上|以下|以内|及以上|左右|上下|多|余|\s|(?:19|20)\d\d年?度?)*(?:的)?")
_ABOUT = re.compile(r".*(?:开展|推进|组织|实施|抓好|围绕|聚焦|针对|印发|落实|推动|加强|强化|深化)(.{4,24})$")
_PREDICATE_END = re.compile(r"[、，,。；;:：!！?？()（）\n\d\x00]|[一二三四五六七八九十]是")
_MEASURED = re.compile(r"(?:总?户数|总?人数|人次|户次|总?金额|总?数量|[个条处座家项次场篇件期份户]数|面积|总?数)$")
_PREPOSITION = re.compile(r"(?:^|[，,])?(?:为|给|对|向|使|让|吸引|由|从|将|把|全[市县省区镇州]|共有?|现有|目前|仍有|还有|已有|其中|有)*$")
_TRAILING = re.compile(r"(?:和|及|与|等|的|、|并|且|共|中)+$")


def squeeze(text: str) -> str:
    """Without spaces and quotation marks."""
    return _QUOTES.sub("", _SPACE.sub("", text))


def unbracketed(text: str) -> str:
    """Without what stands in brackets."""
    return _BRACKETS.sub("", text)


def head_phrase(text: str) -> str:
    """The phrase before a number, without what opens the clause: 其中脱贫户 -> 脱贫户.

    >>> head_phrase("其中，全市累计发放")
    '全市累计发放'
    """
    text = squeeze(text)
    cut = max(text.rfind(mark) for mark in "，,；;。：:")
    text = text[cut + 1 :]
    markers = list(_ITEM.finditer(text))
    if markers:
        text = text[markers[-1].end() :]
    return _HEAD.sub("", _OWN.sub("", text))


def body(text: str) -> str:
    """A phrase without the verb of reaching before the number: 自来水普及率达到 -> 自来水普及率."""
    return _COMPARISON.sub("", _TAIL.sub("", text))


def split_growth(text: str) -> tuple[str, str] | None:
    """A phrase cut before its growth words (人均纯收入同比增长 -> 人均纯收入, 同比增长); None where it has none."""
    match = _GROWTH.search(text)
    if match is None:
        return None
    return text[: match.start()], body_of_growth(match.group())


def body_of_growth(text: str) -> str:
    """The growth words without the verb of reaching: 同比增长了约 -> 同比增长."""
    return re.sub(r"(?:了|约|为|达到?)+$", "", text)


def is_generic(text: str) -> bool:
    """Whether a phrase does not say of what it is (共拨付资金, 占比, 户数)."""
    return len(text) < 2 or _GENERIC.match(text) is not None


def is_share(text: str) -> bool:
    """Whether a phrase names a share (普及率, 占比)."""
    return _SHARE.search(text) is not None


def verb_head(text: str) -> str:
    """The verb a phrase begins with (共排查村 -> 排查), '' where it begins with none."""
    match = _VERB_HEAD.match(text)
    return match.group(1) if match else ""


def without_verb(text: str) -> str:
    """A phrase without the verb it begins with: 全市累计投入财政衔接资金 -> 财政衔接资金."""
    match = _VERB_HEAD.match(text)
    rest = text[match.end() :].lstrip("了") if match else ""
    return rest if len(rest) >= 3 else text


def long_topic(text: str) -> str:
    """What a long clause is about: the object of its last organising verb."""
    match = _ABOUT.search(text)
    return match.group(1) if match else text[-24:]


def unmeasured(text: str) -> str:
    """A subject without its closing measure noun: 监测对象户数 -> 监测对象."""
    return _MEASURED.sub("", text)


def is_measured(text: str) -> bool:
    """Whether a phrase already ends in a measure noun."""
    return _MEASURED.search(text) is not None


def only_prepositions(text: str) -> bool:
    """Whether the text before a number holds nothing but 为, 对, 全市现有 and the like."""
    return _PREPOSITION.match(text) is not None


def noun_after(right: str) -> tuple[str, str]:
    """The noun behind a figure and the predicate behind the noun: 名毕业生通过雨露计划就业 -> 毕业生, 通过雨露计划就业."""
    text = _RIGHT_HEAD.sub("", right, count=1)
    text = _BRACKETS.sub("", squeeze(text))
    if not text or not ("一" <= text[0] <= "鿿" or text[0] == "《" or text[0].isalpha()):
        return "", ""
    stop = _NOUN_END.search(text, 1)
    noun = text[: stop.start()] if stop else text
    rest = text[len(noun) :]
    end = _PREDICATE_END.search(rest)
    predicate = rest[: end.start()] if end else rest
    return _TRAILING.sub("", noun)[:30], predicate[:16]
