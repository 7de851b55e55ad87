"""Recognition of scanned pages and pictures: the optional extra ``ocr``, models inside its package, nothing downloaded.

The engine gives lines with their characters, the place of each and how sure it was; they go on like the characters of
any other page. Rendering is pdfium's.
"""

from __future__ import annotations

import functools
import io
import warnings
from array import array
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

from extractor.errors import InputError
from extractor.model import Document, Page

from .pdf_flow import PageContent, flow
from .pdf_lines import Piece
from .render import page_picture

HINT = "pip install extractor[ocr] reads pictures of text"
_DPI = 200
_LONGEST = 2400
"""Pixels of the longer side from which on a picture is made smaller: more costs time and finds no more."""
_MOST_PIXELS = 80_000_000
_LEAST = 0.3
"""Score of a line below which it is dirt and not text."""
_LINE = 0.5
_EXPANSION = 1.25
"""Height of the engine's box of a line, in sizes of its characters, more or less."""
_NARROW = 0.55
"""Width of Latin letters and digits, in sizes."""
_SAME_SIZE = 1.25
"""Lines whose measured sizes differ by less than this factor are of one size."""
_TELLING = 4
"""Characters (in widths of a Chinese one) from which on a line tells its size."""
_MOST_FRAMES = 200
_LONGEST_ERROR = 200


def available() -> bool:
    """Whether the extra is installed."""
    return find_spec("rapidocr_onnxruntime") is not None


@functools.lru_cache(maxsize=1)
def broken() -> str:
    """Why the extra, although it is installed, cannot be loaded: the error in one line; '' where it can be."""
    try:
        _engine()
    except MemoryError:
        raise
    except Exception as problem:  # a library of the system that is missing, a package of another version, no models
        return " ".join(f"{type(problem).__name__}: {problem}".split())[:_LONGEST_ERROR]
    return ""


def recognise_pdf(data: bytes, numbers: Sequence[int]) -> Iterator[tuple[int, PageContent]]:
    """The content of the pages with these numbers (from 1), read by recognition; boxes are points."""
    for number in numbers:
        page = Page(number, 0, 0, 0.0, 0.0, recognised=True)
        picture, scale = page_picture(data, page, dpi=_DPI, longest=_LONGEST)
        width, height = picture.width / scale, picture.height / scale
        yield number, PageContent(number, width, height, _lines(picture, number, 1 / scale), recognised=True)


def image_document(data: bytes, *, digest: str, name: str, place: str | None = None,
                   period: str | None = None) -> Document:
    """The document of a picture (PNG, JPEG, TIFF with several pages), read by recognition; boxes are pixels.

    Raises :class:`InputError`: ``scan`` (the extra is not installed or cannot be loaded), ``image`` (cannot be
    decoded), ``too_large``, ``empty`` (no text found).
    """
    from .pdf import NOT_LOADED, REPAIR, document_of

    if not available():
        raise InputError("is a picture", where=name, hint=HINT, code="scan")
    if why := broken():
        raise InputError(f"is a picture, and {NOT_LOADED}: {why}", where=name, hint=REPAIR, code="scan")
    pages = []
    for number, picture in enumerate(_frames(data, name), 1):
        width, height = picture.size
        scale = min(1.0, _LONGEST / max(width, height))
        if scale < 1:
            picture = picture.resize((max(1, round(width * scale)), max(1, round(height * scale))))
        lines = _lines(picture, number, 1 / scale)
        pages.append(PageContent(number, float(width), float(height), lines, recognised=True))
    flowed = flow(pages)
    told = (f"ocr: {len(pages)} pictures were read by recognition",)
    return document_of(flowed, told, digest=digest, name=name, place=place, period=period, kind="image")


def _frames(data: bytes, name: str) -> list[Any]:
    from PIL import Image, ImageSequence

    most = f"{_MOST_PIXELS // 1_000_000} million points or {_MOST_FRAMES} pages"
    too_large = InputError(f"is a picture of more than {most}", where=name,
                           hint="scan it with 200 to 300 points an inch", code="too_large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of damage and of sizes that are judged here
            image = Image.open(io.BytesIO(data))
            if image.width * image.height > _MOST_PIXELS or getattr(image, "n_frames", 1) > _MOST_FRAMES:
                raise too_large
            return [frame.convert("RGB") for frame in ImageSequence.Iterator(image)]
    except (InputError, Image.DecompressionBombError):
        raise too_large from None
    except Exception:
        raise InputError("is not a picture that can be read (damaged or truncated)", where=name,
                         hint="download it again", code="image") from None


@functools.lru_cache(maxsize=1)
def _engine() -> Any:
    """The engine, loaded once a process. One thread: runs over many documents use a process for each core."""
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)


def _lines(picture: Any, page: int, points: float) -> list[list[Piece]]:
    """The text lines of a picture from top to bottom; ``points`` is the size of one pixel."""
    import numpy

    found, _ = _engine()(numpy.asarray(picture)[:, :, ::-1], return_word_box=True, text_score=_LEAST)
    pieces = [piece for line in found or () if (piece := _piece(line, page, points)) is not None]
    lines = _in_lines(pieces)
    settle_sizes(pieces)
    return lines


def _piece(line: Sequence[Any], page: int, points: float) -> Piece | None:
    corners, text, score = line[0], str(line[1]), float(line[2])
    text = " ".join(text.split())
    if not text:
        return None
    x0, x1 = min(c[0] for c in corners) * points, max(c[0] for c in corners) * points
    top, bottom = min(c[1] for c in corners) * points, max(c[1] for c in corners) * points
    places, sure = _characters(line, text, points)
    boxes: array[float] = array("f")
    confidence: array[float] = array("f")
    for i in range(len(text)):
        low, high = places[i] if places else (x0 + (x1 - x0) * i / len(text), x0 + (x1 - x0) * (i + 1) / len(text))
        boxes.extend((low, top, high, bottom))
        # The engine knows a percent sign of either width, which share its votes and mean the same.
        confidence.append(max(sure[i], score) if sure and text[i] in "%％" else sure[i] if sure else score)
    size = round((bottom - top) / _EXPANSION, 1)
    return Piece(text, boxes, x0, top, x1, bottom, size, page=page, confidence=confidence)


def _characters(line: Sequence[Any], text: str, points: float) -> tuple[list[tuple[float, float]], list[float]]:
    """Left and right end and score of each character, where the engine tells them; blanks stand between neighbours."""
    if len(line) < 6 or not line[3]:
        return [], []
    boxes, words, scores = line[3], line[4], line[5]
    printed = [char for char in text if char != " "]
    if "".join(words) != "".join(printed) or not len(boxes) == len(printed) == len(words):
        return [], ([] if len(scores) != len(text) else [float(s) for s in scores])
    own = [float(s) for s in scores] if len(scores) == len(printed) else [float(line[2])] * len(printed)
    places: list[tuple[float, float]] = []
    sure: list[float] = []
    k = 0
    for char in text:
        if char == " ":
            left = places[-1][1] if places else boxes[0][0][0] * points
            places.append((left, left))
            sure.append(1.0)
            continue
        places.append((boxes[k][0][0] * points, boxes[k][1][0] * points))
        sure.append(own[k])
        k += 1
    return places, sure


def _in_lines(pieces: list[Piece]) -> list[list[Piece]]:
    """Pieces by line, from top to bottom and from left to right."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.middle, p.x0)):
        last = lines[-1] if lines else None
        if last is not None and piece.middle - last[0].middle < _LINE * min(piece.size, last[0].size):
            last.append(piece)
        else:
            lines.append([piece])
    for line in lines:
        line.sort(key=lambda p: p.x0)
    return lines


def settle_sizes(pieces: Sequence[Piece]) -> None:
    """Give the lines of a page that are of one size the same one.

    The engine's boxes are high or low by a third from one line to the next, and those of short lines are wide: a line
    counts as larger or smaller than the text of the page only if height and distance of characters say so together.
    """
    widths = [sum(_NARROW if char < "\u2000" else 1.0 for char in piece.text) for piece in pieces]
    telling = [(piece, wide) for piece, wide in zip(pieces, widths, strict=True) if wide >= _TELLING]
    if not telling:
        return
    height = _median([(piece.size, wide) for piece, wide in telling])
    pitch = _median([((piece.x1 - piece.x0) / wide, wide) for piece, wide in telling])
    if height <= 0 or pitch <= 0:
        return
    body = round(min(pitch, 1.5 * height), 1)  # characters that stand apart are not larger
    other: list[tuple[float, Piece]] = []
    for piece, wide in zip(pieces, widths, strict=True):
        factor = (piece.size / height * (piece.x1 - piece.x0) / wide / pitch) ** 0.5 if wide >= _TELLING else 1.0
        if not factor or 1 / _SAME_SIZE < factor < _SAME_SIZE:
            piece.size = body
        else:
            other.append((factor, piece))
    first = 0.0
    for factor, piece in sorted(other, key=lambda pair: pair[0]):
        first = first if factor < first * _SAME_SIZE else factor
        piece.size = round(body * first, 1)


def _median(weighted: Sequence[tuple[float, float]]) -> float:
    """The value below which half of the weight lies."""
    left = sum(weight for _, weight in weighted) / 2
    for value, weight in sorted(weighted):
        left -= weight
        if left <= 0:
            return value
    return 0.0
