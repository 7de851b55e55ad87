"""Many documents on many cores: results come back in the order of the sources, and a dead worker costs nothing else."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.batch.sources import Source
from extractor.batch.work import Result, failure, process
from extractor.errors import InputError

if TYPE_CHECKING:
    from extractor.library import Library

#: Documents that travel together: few messages, yet little is lost and little is held when a worker dies.
CHUNK = 8
#: Chunks under way for each worker: enough that none waits, few enough that results do not pile up.
AHEAD = 4
#: Below this many bytes a pool costs more than it brings.
SMALL = 2_000_000

_Promise = Future[list[Result]]

_library: Library | None = None  # of this worker process, loaded once by _start


def results(sources: Sequence[Source], workers: int, patterns: Path | None, library: Library) -> Iterator[Result]:
    """One :class:`Result` per source, in order. ``workers`` is an upper limit: small runs stay in this process."""
    if workers <= 1 or len(sources) <= CHUNK or _bytes(sources) < SMALL:
        for source in sources:
            yield process(source, library)
        return
    chunks = [sources[at : at + CHUNK] for at in range(0, len(sources), CHUNK)]
    yield from _pooled(chunks, min(workers, len(chunks)), patterns)


def _bytes(sources: Sequence[Source]) -> int:
    total = 0
    for source in sources:
        try:
            total += source.path.stat().st_size
        except OSError:
            continue  # the worker reports what is wrong with it
        if total >= SMALL:
            break
    return total


def _context() -> BaseContext:
    """Fresh processes, never a fork of this one: its threads (progress bar, Arrow) would be copied half-way."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["extractor.batch.work", "extractor.pipeline"])
    return context


def _start(patterns: Path | None) -> None:
    from extractor.library import load_library

    global _library
    _library = load_library(patterns)


def _work(sources: Sequence[Source]) -> list[Result]:
    assert _library is not None, "the pool runs _start first"
    return [process(source, _library) for source in sources]


#: What a worker does with a chunk; a test puts something deadly here.
work_in_pool = _work


def _pool(workers: int, patterns: Path | None) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=_context(), initializer=_start, initargs=(patterns,))


def _pooled(chunks: Sequence[Sequence[Source]], workers: int, patterns: Path | None) -> Iterator[Result]:
    pool = _pool(workers, patterns)
    waiting: deque[tuple[Sequence[Source], _Promise]] = deque()
    upcoming = iter(chunks)
    try:
        while True:
            while len(waiting) < workers * AHEAD and (chunk := next(upcoming, None)) is not None:
                waiting.append((chunk, _submit(pool, chunk)))
            if not waiting:
                return
            chunk, future = waiting.popleft()
            try:
                yield from future.result()
            except BrokenProcessPool:
                # Whatever was under way is lost with the pool. The chunk at the head is done again one document at a
                # time, so that the one that kills its worker is found; the others are simply handed out again.
                pool.shutdown(wait=False, cancel_futures=True)
                yield from _alone(chunk, patterns)
                pool = _pool(workers, patterns)
                waiting = deque((other, _submit(pool, other)) for other, _ in waiting)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, chunk: Sequence[Source]) -> _Promise:
    """Hand out a chunk; a pool that has just broken gives a promise that says so when its turn comes."""
    try:
        return pool.submit(work_in_pool, chunk)
    except BrokenProcessPool as error:
        broken: _Promise = Future()
        broken.set_exception(error)
        return broken


def _alone(chunk: Sequence[Source], patterns: Path | None) -> Iterator[Result]:
    for source in chunk:
        pool = _pool(1, patterns)
        try:
            yield from pool.submit(work_in_pool, [source]).result()
        except BrokenProcessPool:
            error = InputError("its worker process died (killed, or out of memory)", code="crashed",
                               hint="try it alone with 'extractor extract'; split it if it is very large")
            yield failure(source, error)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
