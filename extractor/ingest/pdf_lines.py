"""Characters of a page to *pieces*: runs of characters on one line without a wide gap between them.

Characters come as pdfplumber's dictionaries. What a PDF draws is not what it says: fonts without a mapping give
``(cid:12)``, bold is feigned by drawing twice, radicals of the Kangxi block stand for the ideographs, text is hidden
outside the page or in white. Each of these is settled here, and counted where it is lost.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

Char = Mapping[str, Any]
Bounds = tuple[float, float, float, float]
"""x0, top, x1, bottom in points."""

UNMAPPED = "\ufffd"
_CID = re.compile(r"\(cid:\d+\)")
_BOLD = re.compile(r"bold|black|heavy|heiti|simhei|[-+]hei\b|黑体", re.I)
_NO_COLOURS = frozenset(("Separation", "Indexed", "Pattern"))
# Radicals that Unicode maps to no ideograph, or to the traditional one (⼾).
_RADICALS = dict(zip(
    "⺠⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻤⻥⻦⻧⻨⻩⻬⻮⻰⼾",
    "民西见角贝车长门青韦页风飞食马鬼鱼鸟卤麦黄齐齿龙户",
    strict=True,
))
_DEPTH = 0.2
"""Usual part of a character's height below the baseline."""
_LINE = 0.45
"""Characters whose centres differ by less than this part of their height stand on one line."""
_WIDE = 1.5
"""A gap of this many heights separates two pieces (columns, cells, a label and its value)."""
_BLANK_LATIN = 0.25
_BLANK_HAN = 0.7
_OVERPRINT = 0.3
_MOST_BLANKS = 40


@dataclass(slots=True)
class Piece:
    """Characters of one line. ``boxes`` holds four numbers for each character of ``text``."""

    text: str
    boxes: array[float]
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    bold: bool = False
    page: int = 0
    confidence: array[float] | None = None
    payload: object = None
    """A table that stands in the flow like a piece; its ``text`` is ''."""
    blanks: str = ""
    """Blanks that the file itself prints between this piece and the one before it."""

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    def move(self, x: float, y: float) -> None:
        """Move the piece and its characters."""
        self.x0, self.x1, self.top, self.bottom = self.x0 + x, self.x1 + x, self.top + y, self.bottom + y
        self.boxes = array("f", [value + (y if i % 2 else x) for i, value in enumerate(self.boxes)])


@dataclass(slots=True)
class PageText:
    """The lines of a page, each a list of pieces from left to right, and text that is drawn but cannot be seen."""

    lines: list[list[Piece]]
    hidden: list[Piece] = field(default_factory=list)


def read_lines(chars: Sequence[Char], page: int, bounds: Bounds, shades: Sequence[Bounds] = ()) -> PageText:
    """The text of a page, or of a part of it. ``shades`` are filled areas, on which white characters can be seen."""
    seen, unseen = _visible(chars, bounds, shades)
    return PageText(
        [pieces for line in _clusters(seen) if (pieces := _pieces(line, page))],
        [piece for line in _clusters(unseen) for piece in _pieces(line, page)],
    )


def settle_heights(chars: Iterable[dict[str, Any]]) -> None:
    """Move the boxes of characters whose font lies about its depth: its digits would hang in the lower line.

    pdfminer sets a box from the descent that the font declares. Fonts made by office programs declare anything; where
    it is beyond what type has, the box is set by the baseline.
    """
    for char in chars:
        size = char["size"]
        depth = char["matrix"][5] - char["y0"]
        if size > 0 and char["upright"] and not 0.05 * size <= depth <= 0.28 * size and abs(depth) < size:
            shift = depth - _DEPTH * size
            char["top"] -= shift
            char["bottom"] -= shift


def count_characters(chars: Iterable[Char]) -> tuple[int, int]:
    """Characters that print something, and those of fonts that do not say what they mean: ``(cid:12)``, private use."""
    printed = [char["text"] for char in chars if not char["text"].isspace()]
    return len(printed), sum(map(_unmapped, printed))


def joined(pieces: Sequence[Piece]) -> Piece:
    """The pieces of one line as one, with blanks in the gaps between them."""
    if len(pieces) == 1:
        return pieces[0]
    text: list[str] = []
    boxes: array[float] = array("f")
    confidence: array[float] | None = None if pieces[0].confidence is None else array("f")
    for before, piece in zip((None, *pieces), pieces, strict=False):
        if before is not None:
            # As many blanks as the gap is wide, so that columns that no rule divides can still be told apart.
            wide = min((piece.x0 - before.x1) / max(before.size / 2, 1), _MOST_BLANKS)
            blanks = piece.blanks[:_MOST_BLANKS] or " " * max(2, round(wide))
            text.append(blanks)
            boxes.extend((before.x1, before.top, piece.x0, before.bottom) * len(blanks))
            if confidence is not None:
                confidence.extend([1.0] * len(blanks))
        text.append(piece.text)
        boxes.extend(piece.boxes)
        if confidence is not None and piece.confidence is not None:
            confidence.extend(piece.confidence)
    return Piece(
        "".join(text), boxes, min(p.x0 for p in pieces), min(p.top for p in pieces), max(p.x1 for p in pieces),
        max(p.bottom for p in pieces), max(p.size for p in pieces), all(p.bold for p in pieces), pieces[0].page,
        confidence, blanks=pieces[0].blanks,
    )


def _unmapped(text: str) -> bool:
    if len(text) == 1:
        return text == UNMAPPED or "\ue000" <= text < "\uf900"
    return _CID.fullmatch(text) is not None


def _visible(chars: Sequence[Char], bounds: Bounds, shades: Sequence[Bounds]) -> tuple[list[Char], list[Char]]:
    """Characters that can be seen, and those that cannot: outside the page, without size, white on white."""
    left, top, right, bottom = bounds[0] * 2, bounds[1] * 2, bounds[2] * 2, bounds[3] * 2
    seen: list[Char] = []
    unseen: list[Char] = []
    whites: dict[object, bool] = {}
    for char in chars:
        x, y = char["x0"] + char["x1"], char["top"] + char["bottom"]
        hidden = not (left <= x <= right and top <= y <= bottom) or char["size"] < 0.5
        if not hidden:
            colour = char["non_stroking_color"]
            white = whites.get(colour) if isinstance(colour, tuple) else False
            if white is None:
                white = whites[colour] = _white(colour)
            if white and char.get("ncs") not in _NO_COLOURS:
                hidden = not any(s[0] * 2 <= x <= s[2] * 2 and s[1] * 2 <= y <= s[3] * 2 for s in shades)
        (unseen if hidden else seen).append(char)
    return seen, unseen


def _white(colour: tuple[object, ...]) -> bool:
    values = [value for value in colour if isinstance(value, (int, float))]
    if not values or len(values) != len(colour):
        return False
    return not any(values) if len(values) == 4 else all(value >= 0.99 for value in values)


def _clusters(chars: Iterable[Char]) -> list[list[Char]]:
    """Characters by line, from top to bottom."""
    ordered = sorted(((c["top"] + c["bottom"]) / 2, c["x0"], i, c) for i, c in enumerate(chars))
    lines: list[list[Char]] = []
    centre = height = 0.0
    for middle, _, _, char in ordered:
        if lines and middle - centre < _LINE * max(height, char["size"]):
            line = lines[-1]
            line.append(char)
            centre += (middle - centre) / len(line)
            height = max(height, char["size"]) if len(line) < 3 else height
        else:
            lines.append([char])
            centre, height = middle, char["size"]
    return lines


def _pieces(line: list[Char], page: int) -> list[Piece]:
    """The pieces of one line, blanks at the ends left out."""
    line.sort(key=itemgetter("x0"))
    pieces: list[Piece] = []
    group: list[tuple[str, Char]] = []
    last: Char | None = None
    blank = lead = ""
    for char in line:
        text = char["text"]
        if not "\u4e00" <= text <= "\u9fff":
            text = _cleaned(text)
            if not text.strip():
                blank += text
                continue
        if last is not None:
            size = max(last["size"], char["size"])
            if char["text"] == last["text"] and char["x0"] - last["x0"] < _OVERPRINT * (last["x1"] - last["x0"]):
                continue  # bold feigned by printing twice
            gap = char["x0"] - last["x1"]
            if gap > _WIDE * size:
                pieces.append(_piece(group, page, lead))
                group, lead = [], blank
            elif blank or gap > size * (_BLANK_LATIN if text.isascii() and group[-1][0].isascii() else _BLANK_HAN):
                box = {"x0": last["x1"], "top": last["top"], "x1": char["x0"], "bottom": last["bottom"]}
                group.append((blank or " ", box))
        else:
            lead = blank
        group.append((text, char))
        last, blank = char, ""
    if group:
        pieces.append(_piece(group, page, lead))
    return pieces


def _piece(group: list[tuple[str, Char]], page: int, lead: str) -> Piece:
    flat: list[float] = []
    visible: list[Char] = []
    for text, char in group:
        x0, top, x1, bottom = char["x0"], char["top"], char["x1"], char["bottom"]
        if len(text) == 1:
            flat += (x0, top, x1, bottom)
        else:  # a ligature: its box is shared out
            width = (x1 - x0) / len(text)
            for i in range(len(text)):
                flat += (x0 + i * width, top, x0 + (i + 1) * width, bottom)
        if "size" in char:
            visible.append(char)
    # Fonts for digits declare sizes of their own; that of the Chinese characters is the size of the line.
    sizes = Counter([char["size"] for char in visible if char["text"] > "\u2e7f"] or [char["size"] for char in visible])
    fonts = Counter([char.get("fontname") for char in visible])
    bold = sum(count for name, count in fonts.items() if _is_bold(name))
    return Piece(
        "".join([text for text, _ in group]), array("f", flat), visible[0]["x0"], min([c["top"] for c in visible]),
        max([c["x1"] for c in visible]), max([c["bottom"] for c in visible]),
        round(max(sizes, key=lambda size: (sizes[size], size)), 1), bold * 2 > len(visible), page, blanks=lead,
    )


def _is_bold(name: object) -> bool:
    return isinstance(name, str) and _BOLD.search(name) is not None


def _cleaned(text: str) -> str:
    """What a character says: unmapped ones as U+FFFD, radicals as ideographs, control characters as nothing."""
    if len(text) == 1:
        if text > "\u2e7f":
            if text < "\u2fe0" or "\uf900" <= text < "\ufb00":
                return _RADICALS.get(text) or unicodedata.normalize("NFKC", text)
            return text
        return "" if text < " " or "\x7f" <= text < "\xa0" or text in "\xad\u200b" else text
    if _CID.fullmatch(text):
        return UNMAPPED
    return "".join(_cleaned(char) for char in text)
