"""What a run was: versions, inputs, patterns, counts, errors. Nothing here depends on time, host or workers."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.errors import UsageError

if TYPE_CHECKING:
    from extractor.batch.planning import Plan
    from extractor.batch.stamp import Stamp

MANIFEST = "manifest.json"
#: What differs between two equal runs (time, machine, workers) is kept apart from what must not differ.
LOG = "log.json"

#: Changes when a reader of the tables has to know: a column renamed, a meaning changed.
LAYOUT = 2


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def identity_of(plan: Plan, stamp: Stamp) -> str:
    """One SHA-256 over everything that the tables follow from: documents in their order, what is supplied about them,
    code and patterns. Equal means that the tables would come out the same."""
    digest = hashlib.sha256(f"{LAYOUT} {stamp.short} {plan.pending}".encode())
    numbers = plan.numbers()
    for column in ("key", "sha256", "status", "limit"):
        digest.update(plan.index.column(column, numbers).tobytes())
    return digest.hexdigest()


def dump(data: object) -> str:
    """JSON for people and programs: sorted by us, Chinese readable."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def read_manifest(run: Path) -> dict[str, Any]:
    """The manifest of a finished run. Raises :class:`UsageError` where the folder is none."""
    path = run / MANIFEST
    if not run.is_dir():
        raise UsageError("no such run folder", where=str(run), hint="make one with: extractor run SOURCES --output DIR")
    if not path.is_file():
        raise UsageError("holds no finished run", where=str(run), hint="run 'extractor run' with this --output again")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot be read: {error}", where=str(path), hint="run 'extractor run' again") from None
    if not isinstance(data, dict) or data.get("layout") != LAYOUT:
        raise UsageError("was written by another version of extractor", where=str(path),
                         hint="run 'extractor run' with this --output again")
    return data
