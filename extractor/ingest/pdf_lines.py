"""Characters of a page to *pieces*: runs of characters on one line without a wide gap between them.

Characters come as pdfplumber's dictionaries. What a PDF draws is not what it says: fonts without a mapping give
``(cid:12)``, bold is feigned by drawing twice, radicals of the Kangxi block stand for the ideographs, text is hidden
outside the page or in white. Each of these is settled here, and counted where it is lost.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
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
_PRIVATE = range(0xE000, 0xF900)
_COMPATIBLE = ((0x2E80, 0x2FE0), (0xF900, 0xFB00))
# Radicals that Unicode maps to no ideograph, or to the traditional one (⼾).
_RADICALS = dict(zip(
    "⺠⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻤⻥⻦⻧⻨⻩⻬⻮⻰⼾",
    "民西见角贝车长门青韦页风飞食马鬼鱼鸟卤麦黄齐齿龙户",
    strict=True,
))  # fmt: skip
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


@dataclass(slots=True)
class PageText:
    """The lines of a page, each a list of pieces from left to right, and text that is drawn but cannot be seen."""

    lines: list[list[Piece]]
    hidden: list[Piece] = field(default_factory=list)


def read_lines(chars: Sequence[Char], page: int, bounds: Bounds, shades: Sequence[Bounds] = ()) -> PageText:
    """The text of a page, or of a part of it. ``shades`` are filled areas, on which white characters can be seen."""
    seen: list[Char] = []
    unseen: list[Char] = []
    for char in chars:
        (unseen if _invisible(char, bounds, shades) else seen).append(char)
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
            blanks = piece.blanks or " " * max(2, round((piece.x0 - before.x1) / max(before.size / 2, 1)))
            blanks = blanks[:_MOST_BLANKS]
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
    )  # fmt: skip


def _unmapped(text: str) -> bool:
    return text == UNMAPPED or (len(text) == 1 and ord(text) in _PRIVATE) or _CID.fullmatch(text) is not None


def _invisible(char: Char, bounds: Bounds, shades: Sequence[Bounds]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    if not (bounds[0] <= x <= bounds[2] and bounds[1] <= y <= bounds[3]) or char["size"] < 0.5:
        return True
    colour = char.get("non_stroking_color")
    if not isinstance(colour, (tuple, list)) or not colour or not all(isinstance(c, (int, float)) for c in colour):
        return False
    white = not any(colour) if len(colour) == 4 else all(c >= 0.99 for c in colour)
    white = white and char.get("ncs") not in ("Separation", "Indexed", "Pattern")
    return white and not any(s[0] <= x <= s[2] and s[1] <= y <= s[3] for s in shades)


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
        text = _cleaned(char["text"])
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
    boxes: array[float] = array("f")
    sizes: dict[float, int] = {}
    bold = 0
    for text, char in group:
        x0, width = char["x0"], (char["x1"] - char["x0"]) / len(text)
        for i in range(len(text)):  # a ligature: its box is shared out
            boxes.extend((x0 + i * width, char["top"], x0 + (i + 1) * width, char["bottom"]))
        if text.strip():
            size = round(char["size"], 1)
            sizes[size] = sizes.get(size, 0) + 1
            bold += _is_bold(char.get("fontname"))
    visible = [char for text, char in group if text.strip()]
    return Piece(
        "".join(text for text, _ in group), boxes, min(c["x0"] for c in visible), min(c["top"] for c in visible),
        max(c["x1"] for c in visible), max(c["bottom"] for c in visible),
        max(sizes, key=lambda size: (sizes[size], size)), bold * 2 > len(visible), page,
        blanks=lead,
    )  # fmt: skip


def _is_bold(name: object) -> bool:
    return isinstance(name, str) and _BOLD.search(name) is not None


def _cleaned(text: str) -> str:
    """What a character says: unmapped ones as U+FFFD, radicals as ideographs, control characters as nothing."""
    if len(text) == 1:
        if text > "\u2e7f":
            code = ord(text)
            if any(low <= code < high for low, high in _COMPATIBLE):
                return _RADICALS.get(text) or unicodedata.normalize("NFKC", text)
            return text
        return "" if text < " " or "\x7f" <= text < "\xa0" or text in "\xad\u200b" else text
    if _CID.fullmatch(text):
        return UNMAPPED
    return "".join(_cleaned(char) for char in text)
