"""The signs the scan goes by: where a mention could begin, and what stands around it."""

from __future__ import annotations

import re
from typing import Final

from .numerals import CHINESE, MAX_DIGITS

CIRCLED: Final = "①-⑳㈠-㈩⑴-⒇❶-❿"
CIRCLED_SIGNS: Final = [chr(c) for low, high in ("①⑳", "㈠㈩", "⑴⒇", "❶❿") for c in range(ord(low), ord(high) + 1)]
NUMERALS: Final = frozenset("0123456789" + CHINESE)
HAS_DIGIT: Final = re.compile(r"[0-9]").search
#: Where a mention could begin. The leading character class lets ``re`` skip prose; the rest is looked at on a hit.
#: A match at a digit goes to the end of the digits with their decimals, and on to where a measure word may begin if it
#: directly follows; then group 1 takes part and says where the digits end.
START: Final = re.compile(
    rf"[0-9A-Za-z第每无数几{CHINESE}{CIRCLED}]"
    r"(?:(?<=[0-9])(\d*+(?:\.\d+)?)(?:万亿|[万亿])?(?=[%‰户元人名个家处座条项件份期场次亩吨公所篇辆台套万])"
    r"|(?<=[0-9])\d*+(?:\.\d+)?"
    rf"|(?<=[{CHINESE}A-Za-z每{CIRCLED}])"
    rf"|(?<=第)(?=\s?[\d{CHINESE}])"
    r"|(?<=[数几])(?=[十百千万亿](?!分之))"
    r"|(?<=无)(?=一[户人名例个起村家处宗件](?!为|的)))"
)
WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./:@?&=%#+~-]*")
LONG: Final = re.compile(rf"\d{{{MAX_DIGITS + 1},}}[\d.,]*(?<=\d)")
LETTERS: Final = re.compile(r"(?:GDP|CPI|PPI|PMI|R&D|RD|FDI|AQI|TFP|K|约)(?=\d)")
#: Eras of Chinese history that number their years.
ERAS: Final = frozenset(
    [
        *("民国", "洪武", "永乐", "宣德", "正统", "成化", "弘治", "正德", "嘉靖", "隆庆", "万历", "天启", "崇祯"),
        *("顺治", "康熙", "雍正", "乾隆", "嘉庆", "道光", "咸丰", "同治", "光绪", "宣统"),
    ]
)
TITLE: Final = re.compile(r"《[^《》\n]{1,100}》")
QUOTE: Final = re.compile(r"[“「『‘][^“”「」『』‘’\n]{1,10}[”」』’]")
#: A quotation that is open at the end, and could still be a short one.
QUOTED: Final = re.compile(r"[“「『‘][^“”「」『』‘’\n]{0,9}\Z")
#: Characters that join a figure with what stands before it: a sign, a member of a list.
LINKED: Final = frozenset("-负、和及与")
#: Units that also name years: 民国二十三年, 2023度.
OF_DATES: Final = frozenset("年度")
DURATIONS: Final = frozenset(("年", "个月", "天", "日", "小时", "分钟", "周", "个工作日", "秒", "学时"))
ARTICLE_CUES: Final = re.compile(
    r"(?:每.{0,4}|至少有?|不少于|仅|只有?|共计?|达到?|第|超过?|增加了?|减少了?|近|约|另外|分别|各)\Z"
)
#: Last characters of its words, but for those after 每.
ARTICLE_CUES_END: Final = frozenset("少有于仅只共计达到第超过加了近约外别各")
RANKED: Final = re.compile(
    r"(?:前|排名由?|位次由?|排位|位上升[到至]|位提升[到至]|位前移[到至]|位跃升[到至]|位跃居|位升[到至])\Z"
)
JOINTS: Final = frozenset(("、", "和", "及", "与", "以及", "、 "))
NO_ONE: Final = frozenset("统唯单之同某逐专划均如初高大周期任整进")
