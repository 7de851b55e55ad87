"""Which documents a run reads: files and folders, in a fixed order, with what is supplied about each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from extractor.errors import InputError
from extractor.patternfiles import Fields, Problems, read

#: Supplied facts about the documents of a folder; see docs/running.md.
FACTS = "sources.yaml"

#: Folders that hold annotations beside the reports they belong to.
_NOT_REPORTS = frozenset({"gold"})


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read. ``name`` is how tables call it: the path as it was given, with forward slashes."""

    path: Path
    name: str
    place: str | None = None
    period: str | None = None
    error: InputError | None = None
    """Why there is nothing to read (an empty folder): it becomes a row of ``documents`` like any other failure."""


@dataclass(slots=True)
class Plan:
    """The documents of a run, and what was passed over in the folders, with the reason."""

    sources: list[Source] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def collect(arguments: Sequence[str], *, place: str | None = None, output: Path | None = None) -> Plan:
    """Sources for the command line's files and folders, each file once, folders walked in sorted order.

    In a folder, hidden files, annotations (``gold/``), README files, ``sources.yaml`` and the output of the run itself
    are passed over and listed; a file named on the command line is always taken. ``place`` holds for every document
    and wins over ``sources.yaml``.
    """
    plan = Plan()
    seen: set[str] = set()
    for argument in arguments:
        path = Path(argument)
        found = _walk(path, plan, output) if path.is_dir() else iter([path])
        facts = _facts(path) if path.is_dir() else {}
        count = 0
        for file in found:
            count += 1
            key = os.path.realpath(file)
            if key in seen:
                plan.skipped.append((file.as_posix(), "named twice"))
                continue
            seen.add(key)
            supplied = facts.get(file.relative_to(path).as_posix(), {}) if facts else {}
            plan.sources.append(
                Source(file, file.as_posix(), place or supplied.get("place"), supplied.get("period"))
            )
        if not count:
            error = InputError("holds no documents", where=path.as_posix(), code="no_documents",
                               hint="name the files, or a folder with reports in it")
            plan.sources.append(Source(path, path.as_posix(), error=error))
    return plan


def _walk(folder: Path, plan: Plan, output: Path | None) -> Iterator[Path]:
    own = os.path.realpath(output) if output is not None else None
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        for name in sorted(folders):
            reason = _reason_folder(here / name, own)
            if reason:
                folders.remove(name)
                plan.skipped.append(((here / name).as_posix(), reason))
        folders.sort()
        for name in sorted(files):
            reason = _reason_file(name)
            if reason:
                plan.skipped.append(((here / name).as_posix(), reason))
            else:
                yield here / name


def _reason_folder(path: Path, own: str | None) -> str:
    if path.name.startswith("."):
        return "hidden"
    if path.name in _NOT_REPORTS:
        return "annotations"
    return "output of this run" if own is not None and os.path.realpath(path) == own else ""


def _reason_file(name: str) -> str:
    if name.startswith("."):
        return "hidden"
    if name == FACTS:
        return "facts about the documents"
    return "read me" if name.split(".")[0].upper() == "README" else ""


def _facts(folder: Path) -> dict[str, dict[str, str]]:
    """What ``sources.yaml`` supplies: file (relative to the folder) -> place and period. Other keys are notes."""
    path = folder / FACTS
    if not path.is_file():
        return {}
    problems = Problems()
    top = Fields(read(path), str(path), problems, FACTS)
    facts = {}
    for entry in top.entries("documents", "document"):
        values = {key: entry.text(key, "") for key in ("place", "period")}
        facts[entry.text("file")] = {key: value for key, value in values.items() if value}
    problems.raise_any()
    return facts
