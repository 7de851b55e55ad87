"""The same report gives the same figures in every format, in every field that is scored."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from support_formats import same_figures
from support_write import as_docx, as_html, as_xlsx, reports

from extractor import extract
from extractor.errors import InputError
from extractor.ingest import load
from extractor.ingest.containers import container_kind, is_sequential, load_members, members
from extractor.model import Extraction, Figure

REPORTS = reports()
NAMES = [path.stem for path in REPORTS]


@cache
def plain(path: Path) -> Extraction:
    return extract(load(path, name="x"))


def scored(figure: Figure) -> tuple[object, ...]:
    """Everything that score.py compares, and the flags."""
    return (
        figure.value,
        figure.value_max,
        figure.unit,
        figure.modifier,
        figure.role,
        figure.status,
        figure.direction,
        figure.subject,
        figure.period,
        figure.region,
        figure.indicator,
        [flag.code for flag in figure.flags],
        [(item.value, item.unit, item.subject) for item in figure.repair],
    )


def check(path: Path, data: bytes, kind: str) -> None:
    document = load(data, name="x")
    assert document.format == kind
    found = extract(document)
    assert same_figures(plain(path), found) == []
    assert list(map(scored, plain(path).figures)) == list(map(scored, found.figures))
    for figure in found.figures:
        assert document.text[figure.start : figure.end] == figure.quote


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("path", REPORTS, ids=NAMES)
@pytest.mark.parametrize(
    ("write", "kind"),
    [(as_html, "html"), (lambda text: as_html(text, "gb18030"), "html"), (as_docx, "docx"), (as_xlsx, "xlsx")],
    ids=["html", "html-gb18030", "docx", "xlsx"],
)
def test_every_report_in_every_format(path: Path, write: Callable[[str], bytes], kind: str) -> None:
    check(path, write(text_of(path)), kind)


@pytest.mark.parametrize("path", REPORTS[:6], ids=NAMES[:6])
@pytest.mark.parametrize("codec", ["gb18030", "gbk", "utf-16", "utf-8-sig", "big5"])
def test_every_encoding(path: Path, codec: str) -> None:
    text = text_of(path)
    try:
        data = text.encode(codec)
    except UnicodeEncodeError:
        pytest.skip(f"the report has characters that {codec} lacks")
    check(path, data, "text")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_a_compressed_document(pack: Callable[[bytes], bytes]) -> None:
    check(REPORTS[0], pack(REPORTS[0].read_bytes()), "text")


def mhtml(text: str) -> bytes:
    import email.mime.multipart
    import email.mime.text

    message = email.mime.multipart.MIMEMultipart("related")
    message.attach(email.mime.text.MIMEText(as_html(text).decode(), "html", "utf-8"))
    return message.as_bytes()


def test_a_saved_page() -> None:
    check(REPORTS[0], mhtml(text_of(REPORTS[0])), "html")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", ["doc", "rtf", "odt"])
def test_legacy_formats(tmp_path: Path, kind: str) -> None:
    chosen = REPORTS[::9]
    for path in chosen:
        (tmp_path / f"{path.stem}.docx").write_bytes(as_docx(text_of(path)))
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(tmp_path),
            *(str(tmp_path / f"{path.stem}.docx") for path in chosen),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    for path in chosen:
        check(path, (tmp_path / f"{path.stem}.{kind}").read_bytes(), kind)


# --- containers -----------------------------------------------------------------------------------------------------

ROWS = [
    {
        "地区": "云岭县",
        "年份": "2023年",
        "标题": path.stem,
        "发布日期": "2024-01-09",
        "网址": "a/b.htm",
        "报告正文": text_of(path),
    }
    for path in REPORTS
]


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for report in REPORTS:
            archive.write(report, f"目录/{report.name}")


def tarred(path: Path) -> None:
    with tarfile.open(path, "w:" + {".tar": "", ".gz": "gz", ".bz2": "bz2", ".xz": "xz"}[path.suffix]) as archive:
        for report in REPORTS:
            archive.add(report, report.name)


def lines(path: Path) -> None:
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def listed(path: Path) -> None:
    path.write_text(json.dumps(ROWS), encoding="utf-8")


def delimited(path: Path) -> None:
    codec, delimiter = {"a": ("utf-8-sig", ","), "b": ("gb18030", ";"), "c": ("utf-16", "\t")}[path.stem[0]]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(ROWS[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ROWS)
    data = out.getvalue().encode(codec)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def parquet(path: Path) -> None:
    import pandas

    pandas.DataFrame(ROWS).to_parquet(path, row_group_size=4)


def excel(path: Path) -> None:
    import pandas

    pandas.DataFrame(ROWS).to_excel(path, index=False)


def archived(path: Path) -> None:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=path.suffix == ".gz")
        writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "test"}))
        for status, report in [("404 Not Found", REPORTS[0]), *(("200 OK", report) for report in REPORTS)]:
            headers = StatusAndHeaders(status, [("Content-Type", "text/plain")], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                f"http://county.example/{report.name}",
                "response",
                payload=io.BytesIO(report.read_bytes()),
                http_headers=headers,
            )
            writer.write_record(record)


@pytest.mark.parametrize(
    ("name", "write", "kind"),
    [
        ("a.zip", zipped, "zip"),
        ("a.tar", tarred, "tar"),
        ("a.tar.gz", tarred, "tar.gz"),
        ("a.tar.bz2", tarred, "tar.bz2"),
        ("a.tar.xz", tarred, "tar.xz"),
        ("a.jsonl", lines, "jsonl"),
        ("a.jsonl.gz", lines, "jsonl.gz"),
        ("a.json", listed, "json"),
        ("a.csv", delimited, "csv"),
        ("a.csv.gz", delimited, "csv.gz"),
        ("b.csv", delimited, "csv"),
        ("c.csv", delimited, "csv"),
        ("a.parquet", parquet, "parquet"),
        ("a.xlsx", excel, "excel"),
        ("a.warc", archived, "warc"),
        ("a.warc.gz", archived, "warc.gz"),
    ],
)
def test_every_container(tmp_path: Path, name: str, write: Callable[[Path], None], kind: str) -> None:
    path = tmp_path / "x.bin"  # names decide nothing
    write(tmp_path / name)
    (tmp_path / name).rename(path)
    assert container_kind(path) == kind
    found = list(members(path))
    assert len(found) == len(REPORTS)
    assert len({member.name for member in found}) == len(found)
    # Any member, in any order: a worker gets a few of them.
    order = found[::-5] if is_sequential(kind) else found[::-2]
    for member, document in zip(order, load_members(path, order), strict=True):
        assert not isinstance(document, InputError)
        report = REPORTS[found.index(member)]
        assert document.source == f"{path}!{member.name}"
        if name[0] + kind[0] not in ("az", "at", "aw"):
            assert (document.place, document.period, document.title) == ("云岭县", "2023", report.stem)
            assert (document.issued, document.meta["url"]) == ("2024-01-09", "a/b.htm")
        assert document.text == text_of(report)
    everything = list(load_members(path, found))
    assert [document.sha256 for document in everything if not isinstance(document, InputError)] == [
        plain(report).document.sha256 for report in REPORTS
    ]


# --- a table in every format that has tables ------------------------------------------------------------------------

CAPTION = "表1 云岭县2023年主要指标"
NOTE = "注：初步核算数。"
TABLE = [
    ["指标", "单位", "2022年", "2023年", "同比增长（%）"],
    ["地区生产总值", "亿元", "120.5", "131.2", "8.9"],
    ["　第一产业", "亿元", "20.1", "21.0", "4.5"],
    ["粮食产量", "万吨", "12.34", "12.50", "1.3"],
    ["常住人口", "万人", "1,035.6", "1,035.4", "-0.6"],
]
MEANT = [
    ("12050000000", "元", "地区生产总值", "2022"),
    ("13120000000", "元", "地区生产总值", "2023"),
    ("8.9", "%", "地区生产总值同比增长", "2023"),
    ("2010000000", "元", "第一产业", "2022"),
    ("2100000000", "元", "第一产业", "2023"),
    ("4.5", "%", "第一产业同比增长", "2023"),
    ("123400", "吨", "粮食产量", "2022"),
    ("125000", "吨", "粮食产量", "2023"),
    ("1.3", "%", "粮食产量同比增长", "2023"),
    ("10356000", "人", "常住人口", "2022"),
    ("10354000", "人", "常住人口", "2023"),
    ("-0.6", "%", "常住人口同比增长", "2023"),
]


def table_html() -> bytes:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in TABLE)
    return f"<html><body><p>{CAPTION}</p><table>{rows}</table><p>{NOTE}</p></body></html>".encode()


def table_docx() -> bytes:
    import docx

    document = docx.Document()
    document.add_paragraph(CAPTION)
    table = document.add_table(len(TABLE), len(TABLE[0]))
    for i, row in enumerate(TABLE):
        for k, cell in enumerate(row):
            table.cell(i, k).text = cell
    document.add_paragraph(NOTE)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def table_xlsx() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([CAPTION])
    for i, row in enumerate(TABLE):
        sheet.append([float(cell.replace(",", "")) if i and k > 1 else cell for k, cell in enumerate(row)])
    for line in sheet.iter_rows(min_row=3, min_col=3):
        for cell, printed in zip(line, TABLE[line[0].row - 2][2:], strict=True):
            cell.number_format = ("#,##0." if "," in printed else "0.") + "0" * len(printed.split(".")[1])
    sheet.append([NOTE])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table_csv() -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(TABLE)
    return out.getvalue().encode("gb18030")


def table_xls() -> bytes:
    from support_write import as_xls

    return as_xls([[CAPTION], *[list(row) for row in TABLE], [NOTE]])


@pytest.mark.parametrize("write", [table_html, table_docx, table_xlsx, table_xls, table_csv])
def test_the_same_table_in_every_format(write: Callable[[], bytes]) -> None:
    document = load(write(), name="x")
    figures = extract(document).figures
    found = [(f"{figure.value:f}", figure.unit, figure.subject, figure.period) for figure in figures]
    assert [item[:3] for item in found] == [item[:3] for item in MEANT]
    if write is not table_csv:  # a CSV file has no caption that tells the year of the growth
        assert found == MEANT
    assert [figure.quote for figure in figures] == [cell for row in TABLE[1:] for cell in row[2:]]
