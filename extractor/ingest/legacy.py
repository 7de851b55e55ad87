"""Legacy and other office formats (DOC and WPS, RTF, ODT, ODS, XLS) through LibreOffice, where it is installed.

Each conversion runs in a process of its own, with a profile and a folder made for it and removed after it, a time
limit, no macros, no linked content and no network look-ups. What comes out is read like any DOCX or XLSX.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from extractor.errors import InputError
from extractor.model import Document

from .source import Limits, read_up_to, too_large

_NAMES = ("soffice", "libreoffice")
#: Where LibreOffice's own settings forbid what a file may ask for.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""
_WHAT = {"doc": "a legacy Word or WPS file", "rtf": "an RTF file", "opendocument": "an OpenDocument file",
         "xls": "a legacy Excel file"}


def installed() -> str | None:
    """The path of LibreOffice's program; None where it is not installed."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def legacy_document(data: bytes, kind: str, *, digest: str, name: str, place: str | None = None,
                    period: str | None = None, limits: Limits) -> Document:
    """The document of a DOC, WPS, RTF or OpenDocument file.

    Raises :class:`InputError`: ``office`` (LibreOffice is not installed), ``slow`` (it took too long), ``damaged``
    (it could not read the file), and what the loaders of DOCX and XLSX raise.
    """
    sheet = kind == "opendocument" and b"opendocument.spreadsheet" in data[:200]
    converted = convert(data, kind, "xlsx" if sheet else "docx", name, limits)
    if sheet:
        from .sheet import sheet_document

        document = sheet_document(converted, "xlsx", digest=digest, name=name, place=place, period=period,
                                  limits=limits)
        return replace(document, format="ods")
    from .docx import docx_document

    document = docx_document(converted, digest=digest, name=name, place=place, period=period, limits=limits)
    return replace(document, format="odt" if kind == "opendocument" else kind)


def convert(data: bytes, kind: str, target: str, name: str, limits: Limits) -> bytes:
    """``data`` converted by LibreOffice to ``docx`` or ``xlsx``. Raises as :func:`legacy_document`."""
    program = installed()
    if program is None:
        raise InputError(f"is {_WHAT[kind]}; reading it needs LibreOffice, which is not installed", where=name,
                         hint=f"install LibreOffice, or save the file as {target.upper()}", code="office")
    if len(data) > limits.office:
        raise too_large(name, len(data), limits.office)
    with tempfile.TemporaryDirectory(prefix="extractor-office-") as folder:
        here = Path(folder)
        settings = here / "profile" / "user"
        settings.mkdir(parents=True)
        (settings / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        source = here / f"source.{'odt' if kind == 'opendocument' else kind}"
        source.write_bytes(data)
        _run([program, f"-env:UserInstallation={(here / 'profile').as_uri()}", "--headless", "--norestore",
              "--nolockcheck", "--nodefault", "--nofirststartwizard", "--convert-to", target, "--outdir",
              str(here / "out"), str(source)], here, name, limits)
        result = here / "out" / f"source.{target}"
        if not result.is_file():
            raise InputError(f"is {_WHAT[kind]} that LibreOffice cannot read", where=name, code="damaged",
                             hint="open it in an office program and save it again")
        with result.open("rb") as stream:
            return read_up_to(stream, limits.office)


def _run(command: list[str], folder: Path, name: str, limits: Limits) -> None:
    """Run to the end or to the limit; LibreOffice starts helpers, so its whole process group is ended."""
    home = {"HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp",
            "PATH": os.environ.get("PATH", os.defpath)}
    watcher = shutil.which("timeout")
    if watcher:
        # A worker that is killed takes its own time limit with it; this one stays.
        command = [watcher, "--kill-after=5", str(limits.seconds + 5), *command]
    try:
        process = subprocess.Popen(command, cwd=folder, env=home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        raise InputError(f"cannot be converted: LibreOffice does not start ({error.strerror})", where=name,
                         hint="check the installation", code="office") from None
    try:
        process.wait(limits.seconds)
    except subprocess.TimeoutExpired:
        raise InputError(f"took LibreOffice longer than {limits.seconds:.0f} seconds", where=name, code="slow",
                         hint="open it in an office program and save it as DOCX") from None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
