"""Dask distributed as an engine: an existing scheduler, or a cluster that the user describes in ``extractor.toml``.

The same tasks as on local processes. A worker of the cluster hands each task to a process of its own (see ``local``),
so that a document that kills its process does not cost the worker; a worker that is lost costs its tasks again.
"""

from __future__ import annotations

import queue
import threading
import tomllib
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.batch.encode import Limits, ReadTask
from extractor.batch.engine import Done, Task, never
from extractor.batch.local import Child
from extractor.batch.stamp import code_hash
from extractor.batch.store import open_store
from extractor.errors import ExtractorError, UsageError

if TYPE_CHECKING:
    from extractor.library import Library

#: How long a wait lasts until somebody may stop it, seconds.
_POLL = 0.25
CONFIGURATION = "extractor.toml"
#: Tasks under way for each thread of the cluster.
_AHEAD = 3
#: How often a task that Dask has given up is given out again.
_RETRIES = 10

_local = threading.local()


def do_task(task: Task, patterns: str | None, limits: Limits, code: str) -> Any:
    """On a worker of the cluster: the task in a process that belongs to this thread."""
    if code != code_hash():
        raise UsageError("a worker of the cluster has another version of extractor than the run",
                         hint="install the same version on all machines")
    known: tuple[str | None, Limits, Child] | None = getattr(_local, "child", None)
    if known is None or known[:2] != (patterns, limits):
        if known is not None:
            known[2].close()
        child = Child(Path(patterns) if patterns else None, limits, watched=True)
        known = _local.child = (patterns, limits, child)
    return known[2].run(task)


def sees(root: str, name: str) -> bool:
    """On a worker of the cluster: whether it sees a part that the run has written."""
    try:
        open_store(root).open(name).close()
    except Exception:  # whatever the reason: the bytes travel then
        return False
    return True


class Cluster:
    """Tasks on a Dask cluster. ``name`` is an address (``tcp://host:8786``) or a name from ``extractor.toml``."""

    def __init__(self, name: str, library: Library, limits: Limits, root: str) -> None:
        """Raises :class:`UsageError` where the cluster is not there or not described."""
        self._limits = limits
        self._patterns = str(library.folders[-1]) if len(library.folders) > 1 else None
        self._client, self._made = _connect(name)
        self._shared = self._probe(root)

    @property
    def slots(self) -> int:
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def prepare(self, tasks: int) -> None:
        pass

    def run(self, next_task: Callable[[], Task | None], is_stopped: Callable[[], bool] = never) -> Iterator[Done]:
        finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
        under_way: dict[Any, tuple[Task, int]] = {}
        while True:
            while len(under_way) < self.slots * _AHEAD and (task := next_task()) is not None:
                self._submit(task, 0, under_way, finished)
            if not under_way or is_stopped():
                return
            try:
                future = finished.get(timeout=_POLL)
            except queue.Empty:
                continue
            task, lost = under_way.pop(future.key)
            if self._was_lost(future) and lost < _RETRIES:
                self._submit(task, lost + 1, under_way, finished)
                continue
            yield Done(task.number, self._result(future))
            future.release()

    def shares(self, folder: Path) -> bool:
        return self._shared and self._probe(str(folder))

    def close(self) -> None:
        self._client.close()
        if self._made is not None:
            self._made.close()

    def _submit(self, task: Task, lost: int, under_way: dict[Any, tuple[Task, int]], finished: Any) -> None:
        sent = replace(task, root="") if isinstance(task, ReadTask) and not self._shared else task
        # The key is made here: two equal tasks of two runs must not be taken for one.
        future = self._client.submit(do_task, sent, self._patterns, self._limits, code_hash(), pure=False,
                                     key=f"extractor-{uuid.uuid4().hex}")
        under_way[future.key] = (task, lost)
        future.add_done_callback(finished.put)

    def _was_lost(self, future: Any) -> bool:
        """Whether Dask has given a task up because workers died under it. Documents do not kill workers here (each
        task runs in a process of its own), so the fault is elsewhere and another try is right."""
        from distributed import KilledWorker

        return future.status == "error" and isinstance(future.exception(), KilledWorker)

    def _result(self, future: Any) -> Any:
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        try:
            return future.result()
        except KilledWorker as error:
            raise ExtractorError(f"workers of the cluster die again and again: {error}", code="cluster",
                                 hint="look into their logs; give them more memory") from None
        except FutureCancelledError as error:
            raise ExtractorError(f"the cluster is gone: {error}", code="cluster",
                                 hint="start it again; the same command goes on from here") from None

    def _probe(self, root: str) -> bool:
        """Whether all workers see what the run writes. If not, parts travel back through the scheduler."""
        store = open_store(root)
        name = f"00probe{uuid.uuid4().hex}"
        store.write(name, b"probe")
        try:
            return all(self._client.run(sees, root, name).values())
        finally:
            store.remove(name)


def _connect(name: str) -> tuple[Any, Any]:
    """A client, and the cluster if it was made here."""
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("Dask is not installed", where="--cluster",
                         hint="install extractor with its extra 'cluster'") from None
    if "://" in name:
        return _client(Client, name, name), None
    described = _described(name)
    if "address" in described:
        return _client(Client, str(described["address"]), name), None
    if "scheduler_file" in described:
        return _client(Client, None, name, scheduler_file=str(described["scheduler_file"])), None
    made = _made(name, described)
    return _client(Client, made, name), made


def _client(client: Any, address: Any, name: str, **options: Any) -> Any:
    try:
        found = client(address, timeout=30, set_as_default=False, **options)
        found.wait_for_workers(1, timeout=600)
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(f"cannot be reached: {error}", where=f"--cluster {name}",
                         hint="is the scheduler running, and does it have workers?") from None
    return found


def _described(name: str) -> Mapping[str, Any]:
    """The entry of a cluster in ``extractor.toml`` of the working directory or of the user's configuration."""
    places = [Path(CONFIGURATION), Path.home() / ".config" / CONFIGURATION]
    for path in places:
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot be read: {error}", where=str(path), hint="see docs/running.md") from None
        entry = data.get("cluster", {}).get(name)
        if isinstance(entry, dict):
            return entry
    where = " or ".join(map(str, places))
    raise UsageError(f"no cluster '{name}' is described in {where}", where="--cluster",
                     hint=f"give an address (tcp://host:8786), or add [cluster.{name}]; see docs/running.md")


def _made(name: str, described: Mapping[str, Any]) -> Any:
    """A cluster of the class that is named (``dask_jobqueue.SLURMCluster``), with its options, scaled."""
    where = f"[cluster.{name}]"
    path = str(described.get("class", ""))
    module, _, attribute = path.rpartition(".")
    if not module:
        raise UsageError("names neither address, scheduler_file nor class", where=where, hint="see docs/running.md")
    try:
        kind = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"{path} cannot be imported: {error}", where=where, hint="install its package") from None
    try:
        made = kind(**described.get("options", {}))
        made.scale(int(described.get("scale", 1)))
    except (TypeError, ValueError) as error:
        raise UsageError(f"{path} does not take these options: {error}", where=where, hint="see its documentation",
                         ) from None
    return made
