"""A run: documents in, a folder of tables out. What is done already is taken up, the rest is done, then tables are
joined. The folder holds finished tables or none: the manifest comes last."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.batch import manifest
from extractor.batch.assemble import Assembled, assemble
from extractor.batch.encode import ReadTask, Written
from extractor.batch.engine import Engine, Inline
from extractor.batch.index import Index
from extractor.batch.interrupt import Interrupt
from extractor.batch.local import Local
from extractor.batch.output import Output, open_output
from extractor.batch.parts import PartError
from extractor.batch.planning import Options, Plan
from extractor.batch.sources import Skipped, walk
from extractor.batch.stamp import Stamp, stamp_of
from extractor.batch.state import FAILED, FINISHED, INTERRUPTED, State
from extractor.batch.store import Store
from extractor.batch.summary import Summary
from extractor.batch.watch import Watcher
from extractor.errors import UsageError
from extractor.tables.write import write_text
from extractor.version import version

if TYPE_CHECKING:
    from extractor.library import Library


#: Damaged parts that a run does again before it gives up.
_DAMAGED = 100


@dataclass(frozen=True, slots=True)
class Job:
    """What to run and how. ``workers`` 0 works in this process, without limits for a document; ``cluster`` is the
    address of a Dask scheduler or a name from the configuration and wins."""

    arguments: Sequence[str]
    output: str
    workers: int = 0
    cluster: str | None = None
    place: str | None = None
    text_column: str | None = None
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that has come to its end: what the tables count, and how much of it was done now."""

    summary: Summary
    done: int = 0
    pending: int = 0
    """Documents that an interruption has left to be done."""
    interrupted: bool = False
    written: bool = True
    """Tables were written now; otherwise those of an earlier run stand as they are."""


def execute(
    arguments: Sequence[str],
    output: Path | str,
    library: Library,
    *,
    workers: int = 0,
    place: str | None = None,
    watcher: Watcher | None = None,
) -> Outcome:
    """Run over files and folders and write the tables of DESIGN.md into ``output``: see :func:`run`."""
    return run(Job(arguments, str(output), workers, place=place), library, watcher or Watcher())


def run(job: Job, library: Library, watcher: Watcher) -> Outcome:
    """Do what is not done yet, and write the tables.

    A document that cannot be read is a row with its error. An interruption (Ctrl-C) while
    documents are read ends the run with what is done: its tables are written if the folder holds no finished ones.
    Raises :class:`UsageError` for an unusable output folder or one where another run is at work, and
    :class:`OSError` where nothing can be written (a full disk); parts that are complete are kept in any case.
    """
    began = time.monotonic()
    target = open_output(job.output)
    target.prepare()
    with target.lock(), ExitStack() as stack:
        watcher.attach(target.state_file(State()))
        try:
            outcome = _repaired(job, target, library, watcher, stack, began)
        except BaseException as error:
            watcher.end(INTERRUPTED if isinstance(error, KeyboardInterrupt) else FAILED, str(error))
            raise
        watcher.end(INTERRUPTED if outcome.interrupted else FINISHED)
        return outcome


def _repaired(
    job: Job, target: Output, library: Library, watcher: Watcher, stack: ExitStack, began: float
) -> Outcome:
    """A run that meets a part with a damaged inside (its index was in order) does without it and begins again."""
    for _ in range(_DAMAGED):
        try:
            return _run(job, target, library, watcher, stack, began)
        except PartError as error:
            watcher.log("damaged", part=error.part, reason=str(error))
            target.store().remove(error.part)
    raise UsageError("its parts are damaged again and again", where=str(job.output),
                     hint="look at the disk, and name another --output")


def _run(
    job: Job, target: Output, library: Library, watcher: Watcher, stack: ExitStack, began: float
) -> Outcome:
    store = target.store()
    store.tidy()
    index = Index(store)
    stamp = stamp_of(library)
    damaged = index.load()
    plan = stack.enter_context(Plan(index, stamp, job.options))
    engine = _engine(job, library, target)
    stack.callback(engine.close)
    skipped = plan_sources(plan, job, target.folder, engine.prepare)
    watcher.planned(plan, skipped)
    before = target.manifest()
    with Interrupt() as interrupt:
        if plan.todo:
            _read(plan, engine, target, stamp, job, watcher, interrupt)
    interrupted = interrupt.is_set() and plan.pending > 0
    if interrupted:
        engine.close()
        if before is not None or not len(plan.numbers()):
            summary = Summary.read(before) if before is not None else Summary()
            return Outcome(summary, watcher.done, plan.pending, interrupted=True, written=False)
        engine = Inline(library)
    identity = manifest.identity_of(plan, stamp)
    if before is not None and before.get("identity") == identity and target.is_untouched():
        return Outcome(Summary.read(before), watcher.done, written=False)
    watcher.phase("joining tables")
    with target.work() as folder:
        try:
            made = assemble(index, plan.numbers(), folder, library, engine, target.parts, watcher.phase)
        except BaseException:
            engine.close()  # nobody may write into the folder while it is removed
            raise
        made.summary.seconds = time.monotonic() - began
        _describe(folder, library, skipped, made, plan, identity)
        log = {"seconds": round(made.summary.seconds, 3), "workers": engine.slots, "done": watcher.done,
               "finished": time.strftime("%Y-%m-%dT%H:%M:%S%z")}
        watcher.phase("moving tables into place")
        target.publish(folder, log)
    if not interrupted:
        _collect_garbage(store, index, plan, damaged)
    return Outcome(made.summary, watcher.done, plan.pending, interrupted)


def plan_sources(
    plan: Plan, job: Job, folder: Path | None, on_todo: Callable[[int], None] = lambda documents: None
) -> Skipped:
    """Decide about every source of a job; what was passed over. ``on_todo`` is told with every document how many are
    to be done so far."""
    skipped = Skipped()
    for source in walk(job.arguments, skipped, place=job.place, text_column=job.text_column, output=folder,
                       is_known=plan.is_known):
        plan.add(source)
        on_todo(plan.todo)
    return skipped


def _engine(job: Job, library: Library, target: Output) -> Engine:
    if job.cluster is not None:
        from extractor.batch.cluster import Cluster

        return Cluster(job.cluster, library, job.options.limits, target.parts)
    if job.workers:
        return Local(job.workers, library.directory, job.options.limits)
    return Inline(library)


def _read(plan: Plan, engine: Engine, target: Output, stamp: Stamp, job: Job, watcher: Watcher,
          interrupt: Interrupt) -> None:
    """Do what is to be done; each result is a part on disk before it counts."""
    under_way: dict[int, list[int]] = {}
    store = target.store()

    def tasks() -> Iterator[ReadTask]:
        for number, (positions, sources) in enumerate(plan.chunks(engine.slots)):
            under_way[number] = positions
            yield ReadTask(number, sources, stamp, target.parts, job.options.limits)

    watcher.phase("reading")
    waiting = tasks()
    for done in engine.run(lambda: next(waiting, None), interrupt.is_set):
        written: Written = done.value
        if written.data:
            store.write(written.name, written.data)
        first = plan.index.add(written.name)
        plan.settle(under_way.pop(done.number), first)
        watcher.read(plan.index.entries(len(plan.index.parts) - 1))


def _collect_garbage(store: Store, index: Index, plan: Plan, damaged: Sequence[str]) -> None:
    """Remove parts that no table rests on any more."""
    import numpy as np

    used = set(np.unique(index.column("part", plan.numbers())).tolist())
    kept = {name for at, name in enumerate(index.parts) if at in used}
    for name in [*index.parts, *damaged]:
        if name not in kept:
            store.remove(name)


def _describe(
    work: Path, library: Library, skipped: Skipped, made: Assembled, plan: Plan, identity: str
) -> None:
    """Write the manifest."""
    files = sorted(path for path in work.iterdir() if not path.name.startswith("."))
    data = {
        "layout": manifest.LAYOUT,
        "extractor": version(),
        "patterns_sha256": library.hash,
        "identity": identity,
        "pending": plan.pending,
        "inputs": {"count": len(plan.numbers()), "sha256": made.inputs, "listed_in": "documents"},
        "skipped": [{"path": path, "reason": reason} for path, reason in skipped.listed],
        "skipped_counts": dict(sorted(skipped.counts.items())),
        "counts": made.summary.counts(),
        "errors": made.summary.errors,
        "files": {path.name: made.hashes.get(path.name) or manifest.file_hash(path) for path in files},
    }
    write_text(work / manifest.MANIFEST, manifest.dump(data))


@contextmanager
def dry_run(job: Job, library: Library) -> Iterator[tuple[Plan, int]]:
    """What :func:`run` would do, and how many documents of earlier runs are not among the sources. Writes nothing."""
    target = open_output(job.output)
    index = Index(target.store())
    index.load()
    with Plan(index, stamp_of(library), job.options) as plan:
        plan_sources(plan, job, target.folder)
        yield plan, index.distinct() - plan.met
