"""Who is working on an output folder and how far it is: the lock, and a small file for ``extractor status``."""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from extractor.errors import UsageError

STATE = ".state.json"
LOCK = ".lock"
#: Seconds between two writes of the state file.
EVERY = 1.0

RUNNING, FINISHED, INTERRUPTED, FAILED = "running", "finished", "interrupted", "failed"


@dataclass(slots=True)
class State:
    """How far a run is. Times are seconds since 1970."""

    status: str = RUNNING
    phase: str = "planning"
    documents: int = 0
    todo: int = 0
    """Documents that this execution has to do; the others are taken up from earlier ones."""
    done: int = 0
    errors: int = 0
    started: float = field(default_factory=time.time)
    updated: float = 0.0
    pid: int = field(default_factory=os.getpid)
    host: str = field(default_factory=socket.gethostname)
    message: str = ""

    @property
    def rate(self) -> float:
        """Documents a second since the start."""
        return self.done / max(self.updated - self.started, 1e-3)


class StateFile:
    """Writes the state, at most once a second. A full disk must not end a run here: what cannot be written is not."""

    def __init__(self, folder: Path, state: State) -> None:
        self._path = folder / STATE
        self.state = state
        self._last = 0.0

    def update(self, *, now: bool = False) -> None:
        """Write the state if it is time, or ``now``."""
        if not now and time.monotonic() - self._last < EVERY:
            return
        self._last = time.monotonic()
        self.state.updated = time.time()
        partial = self._path.with_name(f"{STATE}.{os.getpid()}.tmp")
        try:
            partial.write_text(json.dumps(asdict(self.state)) + "\n", encoding="utf-8")
            partial.replace(self._path)
        except OSError:
            with suppress(OSError):
                partial.unlink()


def read_state(folder: Path) -> State | None:
    """The state of a run; None where there is none. A run that says it is running but whose process is gone is
    ``interrupted``."""
    try:
        data: dict[str, Any] = json.loads((folder / STATE).read_text(encoding="utf-8"))
        state = State(**data)
    except (OSError, ValueError, TypeError):
        return None
    if state.status == RUNNING and state.host == socket.gethostname() and not _alive(state.pid):
        state.status = INTERRUPTED
    return state


def _alive(pid: int) -> bool:
    import psutil

    try:
        process = psutil.Process(pid)
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True


class Lock:
    """One run at a time in an output folder. The lock goes with its process, however that ends; where the file system
    has no locks, a file that names the process stands in for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: Any = None

    def __enter__(self) -> Lock:
        """Raises :class:`UsageError` where another run is at work."""
        import filelock

        path = str(self._folder / LOCK)
        self._lock = filelock.FileLock(path, timeout=0)
        try:
            try:
                self._lock.acquire()
            except (NotImplementedError, OSError) as error:
                if isinstance(error, filelock.Timeout):
                    raise
                self._lock = filelock.SoftFileLock(path + ".soft", timeout=0)
                self._lock.acquire()
        except filelock.Timeout:
            raise UsageError(f"another run is at work here{self._whose()}", where=str(self._folder),
                             hint="wait for it, see 'extractor status', or name another --output") from None
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def _whose(self) -> str:
        state = read_state(self._folder)
        return "" if state is None or state.status != RUNNING else f": process {state.pid} on {state.host}"
