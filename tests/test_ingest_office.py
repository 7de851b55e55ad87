"""Office files from outside: bombs, passwords, formats that need LibreOffice, and what a page says in its hint."""

from __future__ import annotations

import io
import os
import shutil
import stat
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pytest
from support_write import as_docx, as_xlsx

from extractor.errors import InputError
from extractor.ingest import Limits, load
from extractor.ingest.legacy import convert
from extractor.ingest.source import DEFAULT_LIMITS

REPORT = "云岭县2023年工作总结\n全县脱贫人口12345户。\n"
RTF = b"{\\rtf1\\ansi\\ansicpg936 \\u20840?\\u21439? 12 \\u25143?\\par}"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def added(data: bytes, files: dict[str, bytes]) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def code_of(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    with pytest.raises(InputError) as caught:
        load(data, name="a.bin", limits=limits)
    assert caught.value.where == "a.bin"
    assert caught.value.hint
    return caught.value.code


@pytest.mark.parametrize("write", [as_docx, as_xlsx], ids=["docx", "xlsx"])
def test_bombs_in_office_files(write: object) -> None:
    data = write(REPORT)  # type: ignore[operator]
    began = time.perf_counter()
    assert code_of(added(data, {"word/media/a.bin": b"\0" * (300 << 20)})) == "bomb"
    assert code_of(added(data, {f"word/media/{i}.bin": b"" for i in range(21_000)})) == "bomb"
    assert time.perf_counter() - began < 30
    assert code_of(data, Limits(office=1000)) == "too_large"


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "哈"}">' for i in range(10))


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "docProps/core.xml"])
def test_entities_in_any_part(part: str, codec: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_docx(REPORT))) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                text = content.decode()
                begin = text.index("?>") + 2 if text.startswith("<?xml") else 0
                content = f"<!DOCTYPE a [{LAUGHS}]>{text[begin:]}".encode(codec)
            target.writestr(name, content)
    assert code_of(out.getvalue()) == "damaged"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (OLE + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500, "format"),
        (OLE + b"\0" * 500 + "PowerPoint Document".encode("utf-16-le") + b"\0" * 500, "format"),
        (OLE + b"\0" * 500 + "Workbook".encode("utf-16-le") + b"\0" * 500, "damaged"),
        (b"Rar!\x1a\x07\x00" + b"\0" * 100, "format"),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 100, "format"),
        (b"PK\x03\x04" + b"\0" * 100, "container"),
        (b"PAR1" + b"\0" * 100, "container"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_ofd_is_named() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("OFD.xml", "<x/>")
    with pytest.raises(InputError, match="OFD"):
        load(out.getvalue(), name="a.ofd")


# --- LibreOffice ----------------------------------------------------------------------------------------------------


def program(folder: Path, body: str) -> None:
    """A stand-in for LibreOffice on the path."""
    path = folder / "soffice"
    path.write_text(f"#!{sys.executable}\nimport os, sys, time\n{body}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_without_libreoffice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError) as caught:
        load(RTF, name="a.rtf")
    assert caught.value.code == "office"
    assert "LibreOffice" in caught.value.reason
    assert "DOCX" in caught.value.hint


def test_a_conversion_that_hangs_is_ended_with_its_children(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(
        tmp_path,
        f"""
pid = os.fork()
open({str(tmp_path / "pids")!r}, 'a').write(f'{{os.getpid()}}\\n')
time.sleep(600)""",
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    began = time.perf_counter()
    with pytest.raises(InputError) as caught:
        load(RTF, name="a.rtf", limits=Limits(seconds=2))
    assert caught.value.code == "slow"
    assert time.perf_counter() - began < 20
    pids = [int(line) for line in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 2
    assert not any(_alive(pid) for pid in pids)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_conversion_without_result(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path, "sys.exit(0)")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert code_of(RTF) == "damaged"


def test_nothing_is_left_behind_and_settings_forbid_macros(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    seen = tmp_path / "seen"
    program(
        tmp_path,
        f"""
here = os.getcwd()
settings = open(here + '/profile/user/registrymodifications.xcu').read()
open({str(seen)!r}, 'w').write(settings + ' '.join(sys.argv) + os.environ['HOME'])""",
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    assert code_of(RTF) == "damaged"
    assert list(temporary.iterdir()) == []
    told = seen.read_text()
    assert "DisableMacrosExecution" in told
    assert f"-env:UserInstallation={temporary.as_uri()}" in told
    assert told.endswith(next(part for part in told.split("--outdir ")[1].split("/out ")[:1]))


NEEDS = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


@NEEDS
def test_rtf() -> None:
    document = load(RTF, name="a.rtf")
    assert (document.format, document.text.strip()) == ("rtf", "全县 12 户")


@NEEDS
def test_many_conversions_at_once(tmp_path: Path) -> None:
    """Each has a profile of its own: LibreOffice refuses a second start on the same one."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda _: convert(RTF, "rtf", "docx", "a.rtf", DEFAULT_LIMITS), range(3)))
    assert all("12" in load(result).text for result in results)
    assert os.listdir(tmp_path) == []
