"""Where the pattern library is: ``--patterns DIR``, then ``./patterns``, then the copy that ships with the package.

The packaged copy is always the base; a user folder adds to it and overrides its entries by id.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..errors import PatternError

#: A folder named ``patterns`` in the working directory counts only if it looks like ours.
_MARKS = ("indicators", "terms.yaml", "units.yaml", "names.yaml", "plausibility.yaml", "context.yaml")


def packaged() -> Path:
    """The folder of the packaged library (in a checkout, the repository's ``patterns/``)."""
    here = Path(__file__).resolve().parent.parent
    for folder in (here / "patterns", here.parent / "patterns"):
        if folder.is_dir():
            return folder
    raise PatternError("the packaged pattern library is missing", where=str(here / "patterns"),
                       hint="install the package again")


def folders(directory: Path | None = None) -> tuple[Path, ...]:
    """The folders to read, base first. Raises :class:`PatternError` where a named folder does not exist."""
    base = packaged()
    if directory is None:
        local = Path("patterns")
        if not local.is_dir() or not any((local / mark).exists() for mark in _MARKS):
            return (base,)
        directory = local
    elif not directory.is_dir():
        reason = "is not a folder" if directory.exists() else "does not exist"
        raise PatternError(f"the pattern folder {reason}", where=str(directory),
                           hint="give a folder with indicators/*.yaml, terms.yaml ...")
    directory = directory.resolve()
    return (base,) if directory == base.resolve() else (base, directory)


def pattern_files(folder: Path) -> list[Path]:
    """All YAML files of one folder, sorted by their relative path."""
    found = [*folder.glob("*.yaml"), *folder.glob("*.yml"), *folder.glob("indicators/**/*.yaml"),
             *folder.glob("indicators/**/*.yml")]
    return sorted((path for path in found if path.is_file()), key=lambda path: path.relative_to(folder).as_posix())


def content_hash(directories: tuple[Path, ...]) -> str:
    """SHA-256 over names and bytes of every pattern file, for manifests and incremental runs."""
    digest = hashlib.sha256()
    for folder in directories:
        for path in pattern_files(folder):
            data = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode())
            digest.update(data)
        digest.update(b"\1")
    return digest.hexdigest()
