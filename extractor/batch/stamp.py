"""What a result depends on beside its document: the code, the libraries that read formats, the pattern library.

A part on disk carries this stamp, so that a result is taken up again exactly where it would come out the same.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extractor.version import version

if TYPE_CHECKING:
    from extractor.library import Library

#: Changes when parts are written in another form.
LAYOUT = 2
#: Rooms and files that decide what comes out of a document. Commands, crawler and review do not.
_ROOMS = ("model.py", "errors.py", "ledger.py", "patternfiles.py", "pipeline.py", "ingest", "reading", "numbers",
          "library", "context", "checks", "tables", "batch/work.py", "batch/encode.py", "batch/duplicates.py")
#: Libraries whose versions decide what text a file has.
_LIBRARIES = ("beautifulsoup4", "charset-normalizer", "lxml", "openpyxl", "pdfplumber", "pypdfium2", "python-calamine",
              "python-docx", "rapidocr-onnxruntime", "regex")


class Stamp(NamedTuple):
    """What must be the same for a result to be taken up again; hashes, hexadecimal."""

    code: str
    patterns: str

    @property
    def short(self) -> str:
        """Both in one word."""
        return hashlib.sha256(f"{self.code} {self.patterns}".encode()).hexdigest()[:32]


def stamp_of(library: Library) -> Stamp:
    """The stamp of this program with this pattern library."""
    return Stamp(code_hash(), library.hash)


@cache
def code_hash() -> str:
    """SHA-256 over version, form of the parts, the files of this package and the versions of the format libraries."""
    digest = hashlib.sha256(f"{version()} {LAYOUT}".encode())
    root = Path(__file__).resolve().parent.parent
    for room in _ROOMS:
        path = root / room
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix != ".pyc" and file.is_file():
                digest.update(f"{file.relative_to(root).as_posix()}\0".encode())
                digest.update(file.read_bytes())
    for name in _LIBRARIES:
        try:
            digest.update(f"{name} {metadata.version(name)}\0".encode())
        except metadata.PackageNotFoundError:
            digest.update(f"{name} -\0".encode())
    return digest.hexdigest()
