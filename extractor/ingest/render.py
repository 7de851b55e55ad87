"""Pictures of pages, with boxes where numbers stand: for recognition, for `extractor show --png`, for the review."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from extractor.errors import InputError
from extractor.model import Page, PageBox

from .detect import detect

_LONGEST = 6000
"""Pixels of the longer side that no picture exceeds, whatever the page's size."""


def page_picture(
    data: bytes, page: Page, *, dpi: int = 150, longest: int = _LONGEST, name: str = ""
) -> tuple[Any, float]:
    """One page of a PDF or of a picture file as a :class:`PIL.Image.Image`, and the pixels of one unit of its boxes.

    ``dpi`` holds for PDF pages; no side of the picture has more than ``longest`` pixels.
    Raises :class:`InputError` ``pdf`` or ``image`` where the file cannot be drawn.
    """
    if detect(data) == "image":
        return _frame(data, page, longest, name)
    try:
        return _pdf_page(data, page, dpi, longest)
    except Exception:  # pdfium refuses some files that pdfplumber reads, and says little about it
        raise InputError(f"page {page.number} cannot be drawn", where=name, hint="open it and print it to a new PDF",
                         code="pdf") from None


def _pdf_page(data: bytes, page: Page, dpi: int, longest: int) -> tuple[Any, float]:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(data)
    try:
        sheet = pdf[page.number - 1]
        sheet.set_cropbox(*sheet.get_mediabox())  # boxes count from the media box
        if page.turned:
            sheet.set_rotation((sheet.get_rotation() + page.turned) % 360)
        width, height = sheet.get_size()
        scale = min(dpi / 72, longest / max(width, height, 1.0))
        picture = sheet.render(scale=scale).to_pil().convert("RGB")
        sheet.close()
        return picture, scale
    finally:
        pdf.close()


def _frame(data: bytes, page: Page, longest: int, name: str) -> tuple[Any, float]:
    from PIL import Image

    try:
        image = Image.open(io.BytesIO(data))
        image.seek(page.number - 1)
        picture = image.convert("RGB")
    except Exception:
        raise InputError("is not a picture that can be read", where=name, hint="download it again",
                         code="image") from None
    scale = min(1.0, longest / max(picture.size))
    if scale < 1:
        picture = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
    return picture, scale


def draw_boxes(picture: Any, scale: float, marks: Iterable[tuple[PageBox, str]], page: int) -> Any:
    """``picture`` with the boxes of one page drawn into it; a mark is a box and a colour (``#rrggbb``)."""
    from PIL import Image, ImageDraw

    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    line = max(1, round(scale))
    for (number, x0, top, x1, bottom), colour in marks:
        if number != page:
            continue
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        box = (x0 * scale - line, top * scale - line, x1 * scale + line, bottom * scale + line)
        draw.rectangle(box, fill=(red, green, blue, 56), outline=(red, green, blue, 255), width=line)
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")
