"""Which documents a run reads: files, folders and what containers hold, in a fixed order, with what is supplied.

Sources are given out one after the other; a run over millions of files never holds them all.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from extractor.errors import InputError
from extractor.ingest.member import Member
from extractor.patternfiles import Fields, Problems, read

#: Supplied facts about the documents of a folder; see docs/running.md.
FACTS = "sources.yaml"

#: Folders that hold annotations beside the reports they belong to.
_NOT_REPORTS = frozenset({"gold"})
_SIDECAR = ".meta.json"
#: What the crawler keeps in its folder beside the files: a list of all addresses, and its state.
_CRAWL_LIST, _CRAWL_STATE = "crawl.csv", ".crawl"
#: What is passed over is listed up to here; beyond it is only counted.
_LISTED = 1000


@dataclass(frozen=True, slots=True)
class Source:
    """One document to read. ``name`` is how tables call it: the path as it was given, with forward slashes, and for a
    document of a container ``!`` and its own name. ``path`` is absolute."""

    path: str
    name: str
    place: str | None = None
    period: str | None = None
    member: Member | None = None
    size: int = 0
    """Bytes, as far as known."""
    seen: int = 0
    """What the file system says of the file (size, times): equal means unchanged. 0 where there is no file, 1 where it
    was changed so shortly before that only its content tells."""
    changed: float = 0.0
    """When the file was changed last, seconds since 1970."""
    text_column: str | None = None
    """Column that holds the reports, where the user names it."""
    error: InputError | None = None
    """Why there is nothing to read (an empty folder): it becomes a row of ``documents`` like any other failure."""

    @property
    def key(self) -> int:
        """64 bits of everything that is supplied: name, place, period and the column of the text."""
        text = "\0".join((self.name, self.place or "", self.period or "", self.text_column or ""))
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


@dataclass(slots=True)
class Skipped:
    """What was passed over in the folders: the first ones with their reason, and how many for each reason."""

    listed: list[tuple[str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, path: str, reason: str) -> None:
        self.counts[reason] += 1
        if len(self.listed) < _LISTED:
            self.listed.append((path, reason))


@dataclass(slots=True)
class Plan:
    """All documents of a small run at once."""

    sources: list[Source] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def collect(arguments: Sequence[str], *, place: str | None = None, output: Path | None = None) -> Plan:
    """What :func:`walk` gives, as a list."""
    skipped = Skipped()
    return Plan(list(walk(arguments, skipped, place=place, output=output)), skipped.listed)


def walk(
    arguments: Sequence[str],
    skipped: Skipped,
    *,
    place: str | None = None,
    text_column: str | None = None,
    output: Path | None = None,
    is_known: Callable[[Source], bool] = lambda source: False,
) -> Iterator[Source]:
    """Sources for the command line's files and folders, each file once, folders in sorted order.

    In a folder, hidden files, annotations (``gold/``), README files, ``sources.yaml``, what the crawler wrote beside
    its files and the output of the run itself are passed over and listed; a file named on the command line is always
    taken. ``place`` and ``text_column`` hold for every document and win over ``sources.yaml``. A file that ``is_known``
    (an unchanged document of an earlier run) is not opened to see whether it is a container.
    """
    seen: set[int] = set()
    own = os.path.realpath(output) if output is not None else None
    for argument in arguments:
        path = os.path.abspath(argument)
        shown = Path(argument).as_posix()
        count = 0
        if os.path.isdir(path):
            facts = _facts(Path(argument))
            prefix = "" if shown == "." else shown.rstrip("/") + "/"
            for real, file in _files(path, prefix, skipped, own):
                supplied = facts.get(file.name.removeprefix(prefix), {})
                if supplied or place or text_column:
                    file = replace(file, place=place or supplied.get("place"), period=supplied.get("period"),
                                   text_column=text_column or supplied.get("text_column"))
                for source in _once(real, file, seen, skipped):
                    count += 1
                    yield from _opened(source, skipped, is_known)
        else:
            file = Source(path, _printable(shown), place, text_column=text_column)
            for source in _once(os.path.realpath(path), file, seen, skipped):
                yield from _opened(_examined(source), skipped, is_known)
            count += 1
        if not count:
            error = InputError("holds no documents", where=shown, code="no_documents",
                               hint="name the files, or a folder with reports in it")
            yield Source(path, _printable(shown), error=error)


def _once(real: str, source: Source, seen: set[int], skipped: Skipped) -> Iterator[Source]:
    mark = int.from_bytes(hashlib.blake2b(os.fsencode(real), digest_size=8).digest(), "little")
    if mark in seen:
        skipped.add(source.name, "named twice")
        return
    seen.add(mark)
    yield source


def _files(root: str, prefix: str, skipped: Skipped, own: str | None) -> Iterator[tuple[str, Source]]:
    """(real path, source) of each file below a folder: those of the folder itself first, then its folders, sorted."""
    waiting = [("", os.path.realpath(root))]
    while waiting:
        below, real = waiting.pop()
        folder = os.path.join(root, below) if below else root
        try:
            with os.scandir(folder) as found:
                entries = sorted((entry.name, entry.is_dir(), entry.is_symlink()) for entry in found)
        except OSError as error:
            problem = InputError(f"cannot be read: {error.strerror}", where=prefix + below, code="unreadable",
                                hint="check the permissions")
            yield real, Source(folder, _printable(prefix + below), error=problem)
            continue
        names = {name for name, _, _ in entries}
        folders = []
        for name, is_folder, is_link in entries:
            inside = f"{below}/{name}" if below else name
            shown = _printable(prefix + inside)
            if is_folder:
                reason = _reason_folder(name, os.path.join(real, name), is_link, own)
                if reason:
                    skipped.add(shown, reason)
                else:
                    folders.append((inside, os.path.join(real, name)))
                continue
            passed = _reason_file(name, names)
            if passed:
                if passed != "sidecar":
                    skipped.add(shown, passed)
                continue
            path = os.path.join(folder, name)
            beside = path + _SIDECAR if name + _SIDECAR in names else None
            yield os.path.realpath(path) if is_link else os.path.join(real, name), _examined(
                Source(path, shown), beside)
        waiting.extend(reversed(folders))


def _reason_folder(name: str, real: str, is_link: bool, own: str | None) -> str:
    if name.startswith("."):
        return "hidden"
    if is_link:
        return "link to a folder"
    if name in _NOT_REPORTS:
        return "annotations"
    return "output of this run" if real == own else ""


def _reason_file(name: str, names: set[str]) -> str:
    if name.startswith("."):
        return "hidden"
    if name == FACTS:
        return "facts about the documents"
    if name == _CRAWL_LIST and _CRAWL_STATE in names:
        return "list of the crawler"
    if name.endswith(_SIDECAR) and name.removesuffix(_SIDECAR) in names:
        return "sidecar"
    return "read me" if name.split(".")[0].upper() == "README" else ""


def _examined(source: Source, beside: str | None = None) -> Source:
    """``source`` with what the file system says of the file and of the sidecar beside it."""
    try:
        status = os.stat(source.path)
        facts = [status.st_size, status.st_mtime_ns, status.st_ctime_ns]
        if beside:
            other = os.stat(beside)
            facts += [other.st_size, other.st_mtime_ns, other.st_ctime_ns]
    except (OSError, ValueError):
        return source  # whoever reads it says what is wrong
    digest = hashlib.blake2b(repr(facts).encode(), digest_size=8).digest()
    size = status.st_size if stat.S_ISREG(status.st_mode) else 0
    changed = max(facts[1::3]) / 1e9
    return replace(source, size=size, seen=int.from_bytes(digest, "little") or 2, changed=changed)


def _opened(source: Source, skipped: Skipped, is_known: Callable[[Source], bool]) -> Iterator[Source]:
    """The source itself, or the documents that it contains. What stops the listing of a container is a row too."""
    if source.error is not None or not source.size or is_known(source):
        yield source
        return
    from extractor.ingest.containers import container_kind, members

    if container_kind(source.path, text_column=source.text_column) is None:
        yield source
        return
    count = 0
    try:
        for member in members(source.path, text_column=source.text_column, name=source.name):
            count += 1
            name = _printable(f"{source.name}!{member.name}")
            yield replace(source, name=name, member=member, size=member.size)
    except InputError as problem:
        yield replace(source, error=problem)
        return
    if not count:
        error = InputError("holds no documents", where=source.name, code="no_documents", hint="look into it by hand")
        yield replace(source, error=error)


def _printable(name: str) -> str:
    """A name that every table can hold: bytes of a file name that are no text are written out."""
    return name.encode("utf-8", "backslashreplace").decode().replace(os.sep, "/")


def _facts(folder: Path) -> Mapping[str, dict[str, str]]:
    """What ``sources.yaml`` supplies: file (relative to the folder) -> place, period, text_column; else notes."""
    path = folder / FACTS
    if not path.is_file():
        return {}
    problems = Problems()
    top = Fields(read(path), str(path), problems, FACTS)
    facts = {}
    for entry in top.entries("documents", "document"):
        values = {key: entry.text(key, "") for key in ("place", "period", "text_column")}
        facts[entry.text("file")] = {key: value for key, value in values.items() if value}
    problems.raise_any()
    return facts
