"""The process that does the work, started and watched by :class:`~extractor.batch.local.Child`.

Tasks come in on standard input, answers go out on standard output, both as pickles of our own parent. Which document is
under way stands in a small shared file, so that it is known after any death. The process ends with its parent.
"""

from __future__ import annotations

import mmap
import os
import pickle
import signal
import struct
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from extractor.batch.parts import PartError
from extractor.errors import ExtractorError

if TYPE_CHECKING:
    from extractor.batch.engine import Task

#: Exit status of a child that could not allocate what it needed.
OUT_OF_MEMORY = 77
#: In the shared file: which document of the task is under way (-1: none), and how often it has changed.
BEAT = struct.Struct("<qq")


class Hello(NamedTuple):
    """The first message to a child."""

    patterns: Path | None
    memory: int
    beat: str


class _WithoutPandas(MetaPathFinder):
    """Arrow imports pandas, if it is there, with the first array that it makes: 0.2 s and 40 MB of each process for
    what no task uses."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("is not used in a working process", name=fullname)


class Answer(NamedTuple):
    """What a child says: the result of a task, or the error that its work ended with."""

    value: Any = None
    error: Exception | None = None
    leaving: bool = False
    """It ends after this answer; the next task needs a fresh one."""


def give_memory_back() -> None:
    """Let Arrow take its memory from the system's allocator, which gives back what is free: its own keeps a third more
    in a process that handles one table after the other. To be called before Arrow is imported."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def main() -> None:
    """Serve tasks until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    sys.meta_path.insert(0, _WithoutPandas())
    give_memory_back()
    tasks, answers = _streams()
    hello: Hello = pickle.load(tasks)
    with open(hello.beat, "r+b") as stream:
        beat = mmap.mmap(stream.fileno(), BEAT.size)
    try:
        from extractor.library import load_library

        library = load_library(hello.patterns)
        _warm(library)
    except ExtractorError as error:
        _send(answers, Answer(error=error))
        return
    bounds = _bounds(hello.memory)
    _send(answers, Answer())
    parent = os.getppid()
    count = 0

    def at(document: int) -> None:
        nonlocal count
        count += 1
        BEAT.pack_into(beat, 0, document, count)
        if os.getppid() != parent:
            os._exit(1)  # nobody waits for the answer any more

    while True:
        try:
            task, given = pickle.load(tasks)
        except EOFError:
            return
        if bounds is not None:
            _bind(bounds, documents=task.heaviest(given) >= 0)
        answer = _answer(task, library, at, given)
        _send(answers, answer)
        if answer.leaving:
            return


def _answer(task: Task, library: Any, at: Any, given: Any) -> Answer:
    try:
        value = task.run(library, at, given)
    except (ExtractorError, PartError, OSError) as error:
        return Answer(error=error)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    return Answer(value, leaving=getattr(value, "exhausted", False))


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for ourselves: a library that prints must not get into the answers."""
    tasks = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return tasks, answers


def _send(stream: BinaryIO, answer: Answer) -> None:
    try:
        pickle.dump(answer, stream, pickle.HIGHEST_PROTOCOL)
        stream.flush()
    except BrokenPipeError:
        os._exit(1)


def _warm(library: Any) -> None:
    """Load and compile now what the first document would pay for, within no document's limits."""
    from extractor.batch import work
    from extractor.batch.encode import Builder, Limits
    from extractor.batch.sources import Source
    from extractor.batch.stamp import Stamp
    from extractor.ingest import from_text

    source = Source("", "")
    document = from_text("云岭县2023年乡村振兴工作总结\n截至2023年底，全县脱贫户3909户。", name="")
    builder = Builder(Stamp("", library.hash), Limits())
    builder.add(source, work.process(source, document, library), 0.0)
    builder.finish()


class Bounds(NamedTuple):
    """Bytes of data that this process may have, as soft limits of the system: while it reads documents, and else."""

    documents: int
    free: int
    hard: int


def _bounds(memory: int) -> Bounds | None:
    """What bounds the memory of a document; a failed allocation is an error that can be reported. Linux only."""
    try:
        import resource

        with open("/proc/self/status", encoding="ascii") as stream:
            lines = dict(line.split(":", 1) for line in stream)
        bound = int(lines["VmData"].split()[0]) * 1024 + memory
        free, hard = resource.getrlimit(resource.RLIMIT_DATA)
    except (ImportError, OSError, KeyError, ValueError):
        return None  # the watch over the child's size is left
    return Bounds(bound if hard == resource.RLIM_INFINITY else min(bound, hard), free, hard)


def _bind(bounds: Bounds, *, documents: bool) -> None:
    """Bound the memory for a task with documents; row groups and cells are no document's fault."""
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (bounds.documents if documents else bounds.free, bounds.hard))
