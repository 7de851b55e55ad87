"""Scanned pages and pictures: recognised where the extra is installed, a clear row where it is not."""

from __future__ import annotations

import io
import sys
from array import array
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageFilter
from support_pdf import Sheet

from extractor import extract
from extractor.checks import check_recognition
from extractor.errors import InputError
from extractor.ingest import load, ocr
from extractor.ingest.pdf_lines import Piece
from extractor.ingest.render import page_picture
from extractor.model import Page

REPORT = ("云岭县2023年工作总结", "截至2023年底，全县共有监测对象1286户、4012人，其中已消除风险874户。",
          "全年投入财政衔接资金12480万元，新建公路78.9公里，完成率96.5%。")
QUOTES = ["1286户", "4012人", "874户", "12480万元", "78.9公里", "96.5%"]
needs_ocr = pytest.mark.skipif(not ocr.available(), reason="the extra ocr is not installed (make setup-ocr)")


def picture() -> Any:
    """A page as a scanner gives it: grey, a little blurred."""
    sheet = Sheet(size=14)
    sheet.title(REPORT[0])
    for line in REPORT[1:]:
        sheet.paragraph(line)
    sheet.table([["乡镇", "户数", "人数"], ["白石镇", "120", "431"], ["临川镇", "88", "290"]], [72, 200, 330, 460])
    drawn, _ = page_picture(sheet.pdf(), Page(1, 0, 0, 595, 842), dpi=200)
    if sum(drawn.convert("L").histogram()[:128]) < 8000:
        pytest.skip("no font with Chinese characters on this machine (fonts-noto-cjk)")
    return drawn.convert("L").filter(ImageFilter.GaussianBlur(0.6))


def as_pdf(image: Any) -> bytes:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, format="PDF", resolution=200, quality=75)
    return buffer.getvalue()


def as_png(image: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def scan() -> bytes:
    return as_pdf(picture())


@needs_ocr
def test_a_scanned_page_gives_its_figures_with_confidence_and_boxes(scan: bytes) -> None:
    document = load(scan, name="scan.pdf")
    assert document.pages[0].recognised
    assert any(warning.startswith("ocr: pages 1 ") for warning in document.warnings)
    figures = extract(document).figures
    assert [figure.quote for figure in figures][: len(QUOTES)] == QUOTES
    for figure in figures:
        assert figure.confidence is not None
        assert Decimal(0) < figure.confidence <= 1
        assert figure.page == 1
        _, x0, top, x1, bottom = figure.boxes[0]
        assert 60 < x0 < x1 < 535
        assert 60 < top < bottom < 400


@needs_ocr
def test_the_boxes_of_a_scan_hold_the_ink_of_the_number(scan: bytes) -> None:
    """Cut out of the page and recognised again, the box of a figure says the figure."""
    document = load(scan, name="scan.pdf")
    drawn, scale = page_picture(scan, document.pages[0], dpi=200)
    figure = next(f for f in extract(document).figures if f.quote == "12480万元")
    _, x0, top, x1, bottom = figure.boxes[0]
    cut = drawn.crop((int(x0 * scale) - 12, int(top * scale) - 8, int(x1 * scale) + 12, int(bottom * scale) + 8))
    canvas = Image.new("RGB", (cut.width + 200, cut.height + 200), "white")
    canvas.paste(cut, (100, 100))
    assert "12480" in load(as_png(canvas), name="cut.png").text


@needs_ocr
def test_numbers_of_a_table_in_a_scan_find_their_labels(scan: bytes) -> None:
    got = {(str(f.value), f.unit, f.subject) for f in extract(load(scan, name="scan.pdf")).figures}
    assert {("120", "户", "白石镇户数"), ("290", "人", "临川镇人数")} <= got


@needs_ocr
@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
def test_a_picture_is_a_document_too(form: str) -> None:
    buffer = io.BytesIO()
    picture().convert("RGB").save(buffer, format=form)
    document = load(buffer.getvalue(), name="scan")
    assert document.format == "image"
    assert [f.quote for f in extract(document).figures][: len(QUOTES)] == QUOTES


def line_of(text: str, top: float, pitch: float, height: float) -> Piece:
    wide = pitch * sum(0.55 if char < "\u2000" else 1.0 for char in text)
    boxes = array("f", [0.0] * 4 * len(text))
    return Piece(text, boxes, 72, top, 72 + wide, top + height * 1.25, height, page=1)


def test_recognised_lines_of_one_size_get_it_and_headings_keep_their_own() -> None:
    body = [line_of("全县各级各部门认真落实工作部署，", 100 + 24 * k, 14 + 0.3 * (k % 2), height)
            for k, height in enumerate((10.2, 12.9, 14.6, 11.5, 10.2))]
    short = [line_of("12户。", 240, 18, 8.1), line_of("户均4.5万元。", 260, 11.5, 14.5)]
    title = [line_of("云岭县乡村振兴局", 20, 22, 16.5), line_of("2023年度工作总结", 48, 23, 18.5)]
    note = [line_of("注：数据来自统计部门。", 300, 9, 7.4)]
    ocr.settle_sizes([*body, *short, *title, *note])
    assert {line.size for line in [*body, *short]} == {14.0}
    (large,) = {line.size for line in title}
    assert large > 1.3 * body[0].size
    assert note[0].size < 0.75 * body[0].size


def test_sizes_of_odd_lines_do_no_harm() -> None:
    flat = [line_of("全县各级各部门", 10, pitch, height) for pitch, height in ((0, 12), (12, 0), (12, 12))]
    for pieces in ([], [line_of("一", 10, 12, 12)], flat[:1], flat[:2], flat):
        ocr.settle_sizes(pieces)
    assert [line.size for line in flat][2] == 12


def mixed() -> bytes:
    """A page of text and a page that is a picture."""
    import pypdfium2

    sheet = Sheet()
    sheet.paragraph("第一页共有77户。")
    both = pypdfium2.PdfDocument(sheet.pdf())
    both.import_pages(pypdfium2.PdfDocument(as_pdf(picture())))
    buffer = io.BytesIO()
    both.save(buffer)
    return buffer.getvalue()


@needs_ocr
def test_pages_with_text_and_scanned_pages_make_one_document() -> None:
    figures = extract(load(mixed(), name="mixed.pdf")).figures
    assert [figure.quote for figure in figures][: len(QUOTES) + 1] == ["77户", *QUOTES]
    assert [figure.page for figure in figures][:2] == [1, 2]
    assert figures[0].confidence is None
    assert figures[1].confidence is not None


def test_without_the_extra_a_scanned_page_among_others_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    document = load(mixed(), name="mixed.pdf")
    assert document.text.strip() == "第一页共有77户。"
    assert any(warning.startswith("scan: pages 2 ") and "extractor[ocr]" in warning for warning in document.warnings)


def test_without_the_extra_a_scan_is_an_error_that_says_what_to_do(
    scan: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    for data in (scan, as_png(Image.new("L", (400, 300), 255))):
        with pytest.raises(InputError) as caught:
            load(data, name="scan.pdf")
        assert caught.value.code == "scan"
        assert "pip install extractor[ocr]" in caught.value.hint


@pytest.fixture
def broken_ocr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of that name that is installed and fails when it is imported."""
    package = tmp_path / "rapidocr_onnxruntime"
    package.mkdir()
    (package / "__init__.py").write_text('raise ImportError("libGL.so.1: cannot open\\nshared object file")\n')
    for module in [name for name in sys.modules if name.split(".")[0] == package.name]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.syspath_prepend(tmp_path)
    for cached in ("_engine", "broken"):
        monkeypatch.setattr(ocr, cached, getattr(ocr, cached).__wrapped__)


@pytest.mark.usefixtures("broken_ocr")
def test_an_extra_that_cannot_be_imported_is_named_with_its_error(scan: bytes) -> None:
    assert ocr.available()
    for data in (scan, as_png(Image.new("L", (400, 300), 255))):
        with pytest.raises(InputError) as caught:
            load(data, name="scan.pdf")
        assert caught.value.code == "scan"
        assert caught.value.reason.endswith("ImportError: libGL.so.1: cannot open shared object file")
        assert "--force-reinstall extractor[ocr]" in caught.value.hint
        assert "damaged" not in str(caught.value)


@pytest.mark.usefixtures("broken_ocr")
def test_with_an_extra_that_cannot_be_imported_the_other_pages_are_read() -> None:
    document = load(mixed(), name="mixed.pdf")
    assert document.text.strip() == "第一页共有77户。"
    assert any(warning.startswith("scan: pages 2 ") and "libGL.so.1" in warning for warning in document.warnings)


def test_a_picture_that_is_none_is_told() -> None:
    data = as_png(Image.new("L", (400, 300), 255))
    for broken in (data[:40], b"\x89PNG\r\n\x1a\n" + b"\0" * 200, b"II*\0" + b"\xff" * 60):
        with pytest.raises(InputError) as caught:
            load(broken, name="a.png")
        assert caught.value.code in ("image", "scan")


@needs_ocr
def test_an_empty_picture_has_no_text_and_a_vast_one_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        load(as_png(Image.new("L", (800, 600), 255)), name="a.png")
    assert caught.value.code == "empty"
    with pytest.raises(InputError) as caught:
        load(as_png(Image.new("1", (20_000, 9_000), 1)), name="a.png")
    assert caught.value.code == "too_large"


def test_low_confidence_is_a_flag_that_blocks() -> None:
    figure = extract("全县共有监测对象1286户。").figures[0]
    assert check_recognition(figure).flags == ()
    sure = replace(figure, page=3, confidence=Decimal("0.951"))
    assert check_recognition(sure).flags == ()
    unsure = check_recognition(replace(sure, confidence=Decimal("0.633")))
    (flag,) = unsure.flags
    assert (flag.code, flag.blocking) == ("low_confidence", True)
    assert "0.633" in flag.message
    assert "第3页" in flag.evidence
