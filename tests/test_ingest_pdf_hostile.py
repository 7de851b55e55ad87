"""PDF files that are broken, locked, unreadable by their fonts, or made to hurt: a clear error each, never a hang."""

from __future__ import annotations

import os
import random
import time
import zlib

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from support_pdf import FONT, Sheet, report

from extractor import extract
from extractor.errors import InputError
from extractor.ingest import load, ocr
from extractor.ingest.pdf import PdfLimits, pdf_document
from extractor.ingest.pdf_guard import Guard, Stop

#: Mutated files of one test run; 10000 takes three to ten minutes.
FUZZED = int(os.environ.get("EXTRACTOR_FUZZ", "150"))
CODES = {"pdf", "empty", "encrypted", "scan", "cid", "pages", "slow", "too_large"}


def simple() -> bytes:
    sheet = Sheet(numbers="— {} —")
    sheet.title("云岭县2023年工作总结")
    sheet.paragraph("截至2023年底，全县共有监测对象1286户，投入资金350万元。")
    sheet.table([["乡镇", "户数"], ["白石镇", "120"], ["临川镇", "88"]], [72, 200, 330])
    sheet.next_page()
    sheet.paragraph("第二页共有77户。")
    return sheet.pdf()


def raw(objects: list[bytes]) -> bytes:
    """A PDF of hand-written objects, numbered from 1; the first is the catalogue."""
    data, places = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d %s>>\nstream\n%s\nendstream" % (len(content), entries, content)


def page(content: bytes, resources: bytes = b"<<>>", *more: bytes) -> bytes:
    return raw([
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources %s>>" % resources, content, *more,
    ])


def code_of(data: bytes, **limits: float) -> str:
    with pytest.raises(InputError) as caught:
        pdf_document(data, digest="0" * 64, name="report.pdf", limits=PdfLimits(**limits))  # type: ignore[arg-type]
    assert caught.value.where == "report.pdf"
    assert caught.value.hint
    return caught.value.code


def tried(data: bytes, **limits: float) -> tuple[str, str]:
    """The text of a file and '', or '' and the code of its error."""
    try:
        document = pdf_document(data, digest="0" * 64, name="a.pdf", limits=PdfLimits(**limits))  # type: ignore[arg-type]
    except InputError as error:
        return "", error.code
    assert document.glyphs is not None
    assert len(document.text) == len(document.glyphs.pages)
    return document.text, ""


def test_truncated_and_malformed_files_are_one_clear_error() -> None:
    data = simple()
    for broken in (b"%PDF-1.4\n", b"%PDF-1.7\n\0\0\0garbage", data[:200], b"%PDF-1.4\n" + bytes(range(256)) * 40):
        assert code_of(broken) in ("pdf", "empty")


def test_a_file_that_lost_its_end_is_read_as_far_as_it_goes() -> None:
    data = simple()
    cut = data[: data.rindex(b"xref")]
    text, code = tried(cut)
    assert code == "pdf" or "1286户" in text


def locked(password: str) -> bytes:
    import io

    buffer = io.BytesIO()
    Sheet()  # registers the font
    canvas = Canvas(buffer, encrypt=StandardEncryption(password, ownerPassword="owner"), invariant=1)
    canvas.setFont(FONT, 12)
    canvas.drawString(72, 700, "全县共有1286户。")
    canvas.save()
    return buffer.getvalue()


def test_a_password_is_told_and_an_empty_one_is_tried() -> None:
    assert code_of(locked("secret")) == "encrypted"
    assert [figure.quote for figure in extract(load(locked(""), name="a.pdf")).figures] == ["1286户"]


IDENTITY = (
    b"<</Font<</F1 5 0 R>>>>",
    b"<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Song/Encoding/Identity-H/DescendantFonts[6 0 R]>>",
    (b"<</Type/Font/Subtype/CIDFontType2/BaseFont/ABCDEF+Song/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
     b"/Supplement 0>>/DW 1000/FontDescriptor 7 0 R>>"),
    (b"<</Type/FontDescriptor/FontName/ABCDEF+Song/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 900"
     b"/Descent -200/CapHeight 700/StemV 80>>"),
)


def unmapped(count: int, readable: str = "") -> bytes:
    codes = b"".join(b"%04X" % (300 + i % 900) for i in range(count))
    content = b"BT /F1 12 Tf 72 700 Td <%s> Tj ET" % codes
    if readable:
        content += b" BT /F2 12 Tf 72 600 Td (%s) Tj ET" % readable.encode()
    resources, *fonts = IDENTITY
    if readable:
        resources = b"<</Font<</F1 5 0 R/F2 8 0 R>>>>"
        fonts.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    return page(stream(content), resources, *fonts)


def test_fonts_without_a_meaning_are_reported_and_their_codes_are_no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    assert code_of(unmapped(60)) == "cid"
    document = load(unmapped(8, "GDP 1286.5 % 36 % 48 % 52 % in all of it"), name="a.pdf")
    assert "(cid:" not in document.text
    assert "\N{REPLACEMENT CHARACTER}" * 8 in document.text
    assert any(warning.startswith("cid: pages 1 ") for warning in document.warnings)
    assert all("300" not in entry.quote for entry in extract(document).ledger)


def test_a_stream_that_inflates_without_end_is_stopped() -> None:
    bomb = zlib.compress(b"BT ET " * 20_000_000, 9)
    assert len(bomb) < 1_000_000
    data = page(stream(bomb, b"/Filter/FlateDecode"))
    started = time.monotonic()
    assert code_of(data, inflated=50_000_000) == "too_large"
    assert time.monotonic() - started < 30


def test_many_streams_share_the_budget() -> None:
    part = zlib.compress(b" " * 4_000_000, 9)
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents[%s]>>"
               % b" ".join(b"%d 0 R" % n for n in range(4, 24))]
    objects += [stream(part, b"/Filter/FlateDecode")] * 20
    assert code_of(raw(objects), inflated=50_000_000) == "too_large"


def test_a_page_that_takes_for_ever_is_stopped() -> None:
    content = zlib.compress(b"0 0 m 1 1 l S " * 2_000_000, 9)
    started = time.monotonic()
    assert code_of(page(stream(content, b"/Filter/FlateDecode")), seconds=1.0) == "slow"
    assert time.monotonic() - started < 20


def test_a_stop_that_is_lost_on_its_way_is_raised_again() -> None:
    lost = []

    def never_ends() -> None:
        with Guard(0.1, 1000):
            try:
                while True:
                    pass
            except Stop:  # as in a callback of the interpreter
                lost.append("once")
            while True:
                pass

    with pytest.raises(Stop, match="slow"):
        never_ends()
    assert lost == ["once"]


def test_a_form_that_draws_itself_ends() -> None:
    content = b"/X Do"
    data = page(stream(content), b"<</XObject<</X 5 0 R>>>>",
                stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>"))
    started = time.monotonic()
    assert code_of(data, seconds=5.0) in ("empty", "pdf", "slow")
    assert time.monotonic() - started < 30


def test_pages_that_hold_themselves_end() -> None:
    data = raw([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"])
    assert code_of(data, seconds=5.0) in CODES


def test_numbers_beyond_reason_in_the_page_box() -> None:
    for box in (b"[0 0 1e30 1e30]", b"[0 0 -5 -5]", b"[0 0 0 0]", b"[a b c d]", b"null", b"[0 0 99999999 99999999]"):
        data = simple().replace(b"/MediaBox [ 0 0 595 842 ]", b"/MediaBox " + box)
        assert data != simple()
        assert tried(data)[1] in CODES | {""}


def test_too_many_pages() -> None:
    sheet = Sheet()
    for number in range(12):
        sheet.line(72, f"共有{number + 1}户。")
        sheet.next_page()
    assert code_of(sheet.pdf(), pages=10) == "pages"


def test_a_page_crowded_with_lines_is_read_without_tables() -> None:
    rules = b" ".join(b"%d %d m %d %d l S" % (i % 500, i % 800, i % 500 + 9, i % 800) for i in range(21_000))
    sheet = Sheet()
    sheet.canvas.addLiteral(rules.decode())
    sheet.paragraph("全县共有1286户。")
    document = load(sheet.pdf(), name="a.pdf")
    assert "1286户" in document.text
    assert any(warning.startswith("rules: pages 1 ") for warning in document.warnings)


def test_a_file_that_pdfminer_refuses_is_read_after_a_repair() -> None:
    data = simple()
    broken = data.replace(b"/BaseFont /Helvetica", b"/BaseFont 12 /Helvetica")
    assert broken != data
    document = load(broken, name="a.pdf")
    assert "1286户" in document.text
    assert any(warning.startswith("repaired: ") for warning in document.warnings)


def test_a_damaged_page_costs_no_other_page() -> None:
    """One page whose content cannot be interpreted: the others are read, and the warning names it."""
    import extractor.ingest.pdf as module

    read = module.read_lines

    def broken(chars: list[object], page: int, *rest: object) -> object:
        if page == 1:
            raise ValueError("as pdfminer does")
        return read(chars, page, *rest)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "read_lines", broken)
        document = load(simple(), name="a.pdf")
    assert document.text.strip().splitlines()[0] == "第二页共有77户。"
    assert any(warning.startswith("damaged: pages 1 ") for warning in document.warnings)


def test_the_guard_ends_a_loop_and_leaves_nothing_behind() -> None:
    def endless() -> None:
        with Guard(0.2, 10**6):
            while True:
                try:
                    sum(range(1000))
                except Exception:  # a library that swallows what it can
                    continue

    with pytest.raises(Stop):
        endless()
    for _ in range(200_000):  # a late exception would arrive here
        pass
    with Guard(5.0, 10**6):
        pass


def mutated(data: bytes, seed: int) -> bytes:
    """A file with a few bytes changed, a stretch cut out, doubled, moved, or its digits swapped."""
    rng = random.Random(seed)
    result = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        kind = rng.choice([0, 0, 1, 2, 3, 3, 4, 4, 5])
        at = rng.randrange(len(result))
        size = rng.choice([1, 2, 5, 20, 80, 400])
        if kind == 0:
            for _ in range(rng.choice([1, 1, 2, 5, 20])):
                result[rng.randrange(len(result))] = rng.randrange(256)
        elif kind == 1:
            del result[at : at + size]
        elif kind == 2:
            result[at:at] = result[at : at + size]
        elif kind == 3:
            digits = [i for i in range(at, min(at + 2000, len(result))) if 48 <= result[i] <= 57]
            for i in digits[:: rng.randint(1, 9)]:
                result[i] = 48 + rng.randrange(10)
        elif kind == 4:
            result[at : at + 4] = rng.choice([b"<<", b">>", b"[", b"]", b"null", b"-1", b"R ", b"\0\0", b"99999999999"])
        else:
            del result[at:]
        if len(result) < 20:
            break
    return bytes(result) if result.startswith(b"%PDF") else b"%PDF-1.4\n" + bytes(result)


def test_mutated_files_give_a_document_or_an_error_and_never_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)  # pages that lost their fonts would be recognised, for seconds
    long = report("云岭县总结\n" + "全县共有1286户，投入资金350.5万元。\n" * 150, numbers="- {} -")
    originals = [simple(), long, unmapped(8, "GDP 12.5 % of it and more"), locked("")]
    slowest, codes = 0.0, {"ok": 0}
    for seed in range(FUZZED):
        data = mutated(originals[seed % len(originals)], seed)
        started = time.monotonic()
        _, code = tried(data, seconds=20)
        assert code in CODES | {""}, seed
        codes[code or "ok"] = codes.get(code or "ok", 0) + 1
        slowest = max(slowest, time.monotonic() - started)
    print(f"\n{FUZZED} mutated files: {codes}, slowest {slowest:.1f} s")
    assert slowest < 40
    assert codes["ok"] > FUZZED / 5
