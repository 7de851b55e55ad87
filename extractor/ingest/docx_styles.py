"""Word's styles and automatic numbering: what is a heading, and which number Word would print before a paragraph.

Numbering is not in a document's text; 一、 and （三） of most reports are made by Word (ECMA-376 part 1, 17.9).
The common formats are rendered; one that is not known is left out, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "〇一二三四五六七八九"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_PLACE = re.compile(r"%([1-9])")
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])\Z", re.I)
_TITLE = re.compile(r"(?:title|标题|文档标题|公文标题)\Z", re.I)
_CONTENTS = re.compile(r"(?:toc\s*\d|目录\s*\d)\Z", re.I)
_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style says, with what it inherits. ``level`` is a heading's (1 to 9), 0 for none."""

    level: int = 0
    title: bool = False
    contents: bool = False
    numbering: tuple[str, int] | None = None


def value(element: _Element | None, name: str) -> str | None:
    """The ``w:val`` of a child element; None where there is none."""
    child = element.find(W + name) if element is not None else None
    return None if child is None else child.get(W + "val")


def read_styles(root: _Element | None) -> dict[str, Style]:
    """Paragraph styles by id; the default style also under ''."""
    if root is None:
        return {}
    raw = {element.get(W + "styleId") or "": element for element in root.iter(W + "style")
           if element.get(W + "type") in (None, "paragraph")}
    styles = {key: _style(key, raw) for key in raw}
    default = next((key for key, element in raw.items() if element.get(W + "default") in ("1", "true", "on")), None)
    if default is not None:
        styles[""] = styles[default]
    return styles


def _style(key: str, raw: dict[str, _Element]) -> Style:
    level, title, contents = 0, False, False
    numbering: tuple[str | None, str | None] = (None, None)
    for _ in range(_DEPTH):
        element = raw.get(key)
        if element is None:
            break
        name = value(element, "name") or ""
        properties = element.find(W + "pPr")
        heading = _HEADING.match(name)
        outline = level_of(properties)
        level = level or (int(heading[1]) if heading else outline or 0)
        title, contents = title or _TITLE.match(name) is not None, contents or _CONTENTS.match(name) is not None
        number, depth = numbering_of(properties)
        numbering = (numbering[0] or number, numbering[1] or depth)
        key = value(element, "basedOn") or ""
        if not key:
            break
    own = (numbering[0], _small(numbering[1])) if numbering[0] not in (None, "0") else None
    return Style(level, title and not level, contents, (own[0] or "", own[1]) if own else None)


def level_of(properties: _Element | None) -> int | None:
    """A heading level (from 1) by the outline level of paragraph properties; 0 for body text, None for unsaid."""
    printed = value(properties, "outlineLvl")
    if printed is None or not printed.isdigit():
        return None
    return int(printed) + 1 if int(printed) < 9 else 0


def numbering_of(properties: _Element | None) -> tuple[str | None, str | None]:
    """``numId`` and ``ilvl`` of paragraph properties, as printed."""
    found = properties.find(W + "numPr") if properties is not None else None
    return value(found, "numId"), value(found, "ilvl")


def _small(printed: str | None) -> int:
    return int(printed) if printed is not None and printed.isdigit() and len(printed) == 1 else 0


@dataclass(slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    suffix: str = "tab"


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the numbered paragraphs of a document in order; use once from its beginning to its end."""

    def __init__(self, root: _Element | None) -> None:
        self._lists: dict[str, _List] = {}
        self._starts: dict[str, dict[int, int]] = {}
        if root is None:
            return
        abstract = {element.get(W + "abstractNumId") or "": _List(dict(_levels(element)))
                    for element in root.iter(W + "abstractNum")}
        for element in root.iter(W + "num"):
            number, base = element.get(W + "numId") or "", abstract.get(value(element, "abstractNumId") or "")
            if base is None:
                continue
            overrides = {}
            for override in element.iter(W + "lvlOverride"):
                depth = _small(override.get(W + "ilvl"))
                start = value(override, "startOverride")
                if start is not None and start.isdigit():
                    overrides[depth] = int(start[:6])
            self._lists[number] = base
            self._starts[number] = overrides

    def label(self, number: str, depth: int) -> str:
        """The number that Word prints before the next paragraph of a list, '' for a bullet or an unknown format."""
        found = self._lists.get(number)
        if found is None or depth not in found.levels:
            return ""
        starts = self._starts[number]
        if depth in starts:
            found.counts[depth] = starts.pop(depth) - 1  # the first paragraph of this list starts anew
        found.counts[depth] = found.counts.get(depth, found.levels[depth].start - 1) + 1
        for deeper in [other for other in found.counts if other > depth]:
            del found.counts[deeper]
        level = found.levels[depth]
        if level.form in ("bullet", "none"):
            return ""
        missing = False

        def shown(match: re.Match[str]) -> str:
            nonlocal missing
            at = int(match[1]) - 1
            form = found.levels[at].form if at in found.levels else "decimal"
            count = found.counts.get(at, found.levels[at].start if at in found.levels else 1)
            printed = numeral(count, form)
            missing = missing or printed is None
            return printed or ""

        text = _PLACE.sub(shown, level.text).strip()
        if missing or not text:
            return ""
        # A dot before a number would make 1. and 2023年 one number.
        return text + (" " if text[-1].isascii() or text[-1].isdigit() else "")


def _levels(element: _Element) -> Iterator[tuple[int, _Level]]:
    for level in element.iter(W + "lvl"):
        start = value(level, "start")
        yield _small(level.get(W + "ilvl")), _Level(
            int(start[:6]) if start is not None and start.isdigit() else 1, value(level, "numFmt") or "decimal",
            value(level, "lvlText") or "", value(level, "suff") or "tab")


def numeral(count: int, form: str) -> str | None:
    """A count in one of Word's number formats; None for one that is not known.

    >>> numeral(12, "chineseCountingThousand"), numeral(3, "decimalEnclosedCircleChinese"), numeral(4, "upperRoman")
    ('十二', '③', 'IV')
    """
    if count < 0 or count > 9999:
        return None
    if form in ("decimal", "decimalZero", "decimalHalfWidth"):
        return f"{count:02d}" if form == "decimalZero" else str(count)
    if form == "decimalFullWidth":
        return str(count).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    if form in ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCountingThousand",
                "ideographLegalTraditional", "chineseLegalSimplified"):
        return _counting(count)
    if form in ("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand"):
        return "".join(_DIGITS[int(digit)] for digit in str(count))
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= count <= 20:
        return chr(0x2460 + count - 1)
    if form == "decimalEnclosedParen" and 1 <= count <= 20:
        return chr(0x2474 + count - 1)
    if form == "decimalEnclosedFullstop" and 1 <= count <= 20:
        return chr(0x2488 + count - 1)
    if form == "ideographEnclosedCircle" and 1 <= count <= 10:
        return chr(0x3280 + count - 1)
    if form in ("upperLetter", "lowerLetter") and count:
        letter = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 10)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("upperRoman", "lowerRoman") and count:
        return _roman(count).upper() if form == "upperRoman" else _roman(count)
    if form == "ideographTraditional" and 1 <= count <= 10:
        return _STEMS[count - 1]
    if form == "ideographZodiac" and 1 <= count <= 12:
        return _BRANCHES[count - 1]
    return None


def _counting(count: int) -> str:
    """一 to 九千九百九十九, 十 without 一 before it."""
    if count == 0:
        return "〇"
    text, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, count = divmod(count, unit)
        if digit:
            bare = unit == 10 and digit == 1 and not text  # 十二, not 一十二
            text += ("零" if zero and text else "") + ("" if bare else _DIGITS[digit]) + name
            zero = False
        else:
            zero = True
    return text


def _roman(count: int) -> str:
    text = ""
    for size, sign in _ROMAN:
        times, count = divmod(count, size)
        text += sign * times
    return text
