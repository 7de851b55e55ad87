"""Mutated files of every format, read in worker processes: each ends as a document or as one error, in time.

Run many with ``EXTRACTOR_FUZZ=10000 python -m pytest tests/test_ingest_fuzz.py -s``.
"""

from __future__ import annotations

import gzip
import io
import json
import multiprocessing
import random
import resource
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

from support_write import as_docx, as_html, as_xlsx

from extractor import extract
from extractor.errors import InputError
from extractor.ingest import load
from extractor.ingest.containers import container_kind, load_members, members
from extractor.model import Document

#: Seconds that one mutated file may take; memory of a worker in bytes.
SECONDS = 60
MEMORY = 4 << 30
#: One in so many files is of a format that LibreOffice has to convert: each costs more than a second.
SLOW_SHARE = 100
SLOW = ("doc", "rtf", "odt")

REPORT = """云岭县2023年工作总结
发布日期：2024-01-09 来源：云岭县农业农村局

一、主要成效
2023年，全县脱贫人口人均纯收入16230元，同比增长12.4%，累计投入资金3560万元，实施项目128个。
二、下一步打算
计划建成水库12处，道路35公里，完成投资1.2亿元。
"""
TABLE = [["乡镇", "户数", "资金（万元）"], ["白石镇", "12", "120.5"], ["黑水乡", "34", "1,345"]]


def _rows() -> list[dict[str, object]]:
    return [{"县": "云岭县", "年份": 2020 + i, "正文": REPORT * 2} for i in range(4)]


def _docx() -> bytes:
    import docx

    document = docx.Document(io.BytesIO(as_docx(REPORT)))
    table = document.add_table(len(TABLE), len(TABLE[0]))
    for i, row in enumerate(TABLE):
        for k, text in enumerate(row):
            table.cell(i, k).text = text
    table.cell(1, 1).merge(table.cell(2, 1))
    document.add_paragraph("编号", style="List Number")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _tar(mode: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for i in range(3):
            info = tarfile.TarInfo(f"dir/{i}.txt")
            info.size = len(REPORT.encode())
            archive.addfile(info, io.BytesIO(REPORT.encode()))
    return out.getvalue()


def _warc(packed: bool) -> bytes:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    for i in range(3):
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                f"http://county.example/{i}", "response", payload=io.BytesIO(as_html(REPORT)), http_headers=headers
            )
        )
    return out.getvalue()


def seeds() -> dict[str, bytes]:
    """One well-formed file of each format that can be written here."""
    import pandas
    from support_pdf import report as as_pdf

    text = REPORT.encode()
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in TABLE)
    page = as_html(REPORT).replace(b"</body>", f"<table>{cells}</table></body>".encode())
    frame = pandas.DataFrame(_rows())
    parquet, excel = io.BytesIO(), io.BytesIO()
    frame.to_parquet(parquet)
    frame.to_excel(excel, index=False)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows()).encode()
    found = {
        "text": text,
        "gb18030": REPORT.encode("gb18030"),
        "html": page,
        "html-gb": as_html(REPORT, "gb18030"),
        "docx": _docx(),
        "xlsx": as_xlsx(REPORT + "\n".join("\t".join(row) for row in TABLE)),
        "pdf": as_pdf(REPORT),
        "csv-table": "\n".join(",".join(row) for row in TABLE).replace("1,345", '"1,345"').encode(),
        "mhtml": b"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
        + page,
        "zip": _zip({"a.html": page, "b.txt": text, "c.docx": as_docx(REPORT), "d.zip": _zip({"e.txt": text})}),
        "tar": _tar("w"),
        "tar.gz": _tar("w:gz"),
        "jsonl": lines,
        "jsonl.gz": gzip.compress(lines),
        "csv": frame.to_csv(index=False).encode("utf-8-sig"),
        "csv-gb": frame.to_csv(index=False).encode("gb18030"),
        "parquet": parquet.getvalue(),
        "excel": excel.getvalue(),
        "warc": _warc(False),
        "warc.gz": _warc(True),
        "gz": gzip.compress(text),
    }
    if shutil.which("soffice"):
        found.update(_legacy(found["docx"]))
    return found


def _legacy(data: bytes) -> dict[str, bytes]:
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "a.docx").write_bytes(data)
        for kind in SLOW:
            subprocess.run(
                [
                    "soffice",
                    f"-env:UserInstallation={(here / 'p').as_uri()}",
                    "--headless",
                    "--convert-to",
                    kind,
                    "--outdir",
                    folder,
                    str(here / "a.docx"),
                ],
                check=False,
                capture_output=True,
                timeout=120,
            )
            if (here / f"a.{kind}").is_file():
                found[kind] = (here / f"a.{kind}").read_bytes()
    return found


def mutated(data: bytes, dice: random.Random) -> bytes:
    """``data`` with one to eight changes; in a zip half of the time inside one of its files."""
    if data.startswith(b"PK") and dice.random() < 0.6:
        try:
            return _inside(data, dice)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError):
            pass
    found = bytearray(data)
    for _ in range(dice.randint(1, 8)):
        _change(found, dice)
    return bytes(found)


def _inside(data: bytes, dice: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        chosen = dice.choice(names)
        for name in names:
            content = source.read(name)
            if name == chosen:
                if dice.random() < 0.05:
                    continue  # a part is missing
                part = bytearray(content)
                for _ in range(dice.randint(1, 8)):
                    _change(part, dice)
                content = bytes(part)
            target.writestr(name, content)
    return out.getvalue()


_PIECES = (
    b"\xff\xff\xff\xff",
    b"\x00" * 8,
    b"\x7f\xff\xff\xff",
    b"<",
    b">",
    b"</p>",
    b"<table>",
    b"&#x110000;",
    b"&a;",
    b'"',
    b"\n",
    b"99999999999999999999",
    b"-1",
    b"<w:p>",
    b"<w:tbl>",
    b"obj",
    b"endobj",
    b"/Kids [1 0 R]",
    b"%PDF-",
    b"PK\x03\x04",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"{",
    b"[" * 50,
    b"<div>" * 50,
    "１２３亿万".encode(),
    b"1E+999999999",
)


def _change(data: bytearray, dice: random.Random) -> None:
    if not data:
        data += b"x"
    at = dice.randrange(len(data))
    size = min(dice.choice((1, 2, 4, 16, 64, 512)), len(data) - at)
    kind = dice.randrange(8)
    if kind == 0:
        data[at] = dice.randrange(256)
    elif kind == 1:
        data[at] ^= 1 << dice.randrange(8)
    elif kind == 2:
        del data[at : at + size]
    elif kind == 3:
        data[at:at] = data[at : at + size] * dice.choice((1, 2, 20))
    elif kind == 4:
        data[at:at] = dice.choice(_PIECES)
    elif kind == 5:
        data[at : at + size] = bytes(dice.randrange(256) for _ in range(size))
    elif kind == 6:
        to = dice.randrange(len(data))
        data[to:to] = data[at : at + size]
    elif dice.random() < 0.3:
        del data[at:]


# --- the run --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Report:
    """What became of the files: outcomes by format, and what must not happen."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    files: int = 0
    documents: int = 0


class _TookTooLong(BaseException):
    pass


_seeds: dict[str, bytes] = {}
_folder = ""


def _start(path: str) -> None:
    global _seeds, _folder
    import pickle

    _seeds = pickle.loads(Path(path).read_bytes())
    _folder = tempfile.mkdtemp(dir=Path(path).parent)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def alarm(number: int, frame: object) -> None:
        raise _TookTooLong

    signal.signal(signal.SIGALRM, alarm)


def _one(kind: str, seed: int) -> tuple[str, str, float, list[str]]:
    """Read one mutated file: its kind, its name, the seconds and what became of each of its documents."""
    name = f"{kind}:{seed}"
    path = Path(_folder) / "file"
    path.write_bytes(mutated(_seeds[kind], random.Random(name)))
    began = time.perf_counter()
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        results = list(_read(path))
    except _TookTooLong:
        results = ["FAILED hang"]
    except BaseException as error:  # whatever escapes is what we are looking for
        where = traceback.extract_tb(error.__traceback__)[-1]
        results = [f"FAILED {type(error).__name__}: {str(error)[:200]} ({Path(where.filename).name}:{where.lineno})"]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return kind, name, time.perf_counter() - began, results


def _read(path: Path) -> Iterator[str]:
    if container_kind(path) is None:
        yield _outcome(path)
        return
    found = []
    try:
        for member in members(path):
            found.append(member)  # noqa: PERF402 (what came before the error counts)
    except InputError as error:
        yield error.code
    results = list(load_members(path, found))
    if len(results) != len(found):
        yield f"FAILED {len(found)} members, {len(results)} results"
    for result in results:
        yield result.code if isinstance(result, InputError) else _checked(result)


def _outcome(path: Path) -> str:
    try:
        document = load(path)
    except InputError as error:
        return error.code
    return _checked(document)


def _checked(document: Document) -> str:
    try:
        result = extract(document)
    except InputError as error:
        return error.code
    if any(document.text[figure.start : figure.end] != figure.quote for figure in result.figures):
        return "FAILED a quote is not the text"
    last = 0
    for block in document.blocks:
        if not last <= block.start <= block.end <= len(document.text):
            return "FAILED blocks overlap"
        last = block.end
    return "ok"


def fuzz(count: int, *, kinds: tuple[str, ...] = (), workers: int = 2, first: int = 0) -> Report:
    """Read ``count`` mutated files; the same numbers give the same files."""
    import pickle

    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seeds"
        written = seeds()
        path.write_bytes(pickle.dumps(written))
        quick = [kind for kind in written if kind not in SLOW]
        slow = [kind for kind in written if kind in SLOW]
        jobs = []
        for i in range(first, first + count):
            many = slow if slow and i % SLOW_SHARE == SLOW_SHARE - 1 else quick
            jobs.append((many[(i // SLOW_SHARE if many is slow else i) % len(many)], i))
        if kinds:
            jobs = [(kinds[i % len(kinds)], i) for _, i in jobs]
        _run(jobs, str(path), workers, report)
    return report


def _run(jobs: list[tuple[str, int]], path: str, workers: int, report: Report) -> None:
    context = multiprocessing.get_context("spawn")
    while jobs:
        with ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(path,)) as pool:
            waiting = [(job, pool.submit(_one, *job)) for job in jobs]
            jobs = []
            for job, future in waiting:
                try:
                    kind, name, seconds, results = future.result(SECONDS * 3 * len(waiting))
                except BrokenProcessPool:
                    jobs.append(job)
                    continue
                report.files += 1
                report.slowest = max(report.slowest, (seconds, name))
                for result in results:
                    report.documents += 1
                    report.outcomes[kind, result[:60]] += 1
                    if result.startswith("FAILED"):
                        report.failures.append(f"{name}: {result}")
        if jobs:
            # A worker died; the first file that was not done is tried alone, and named if it does it again.
            job = jobs.pop(0)
            with ProcessPoolExecutor(1, mp_context=context, initializer=_start, initargs=(path,)) as pool:
                try:
                    pool.submit(_one, *job).result()
                except BrokenProcessPool:
                    report.failures.append(f"{job[0]}:{job[1]}: FAILED the worker died")
                report.files += 1


__all__ = ["Report", "fuzz", "mutated", "seeds"]
