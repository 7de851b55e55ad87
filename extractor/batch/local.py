"""Processes on this machine, each watched: a document that takes too long, too much or kills its process costs only
itself, and whatever else kills a process costs nothing."""

from __future__ import annotations

import contextlib
import mmap
import os
import pickle
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from extractor.batch.child import BEAT, OUT_OF_MEMORY, Answer, Hello
from extractor.batch.encode import Limits
from extractor.batch.engine import Done, Task, never
from extractor.errors import ExtractorError, InputError

#: Tasks under way or waiting for each process: enough that none idles, few enough that little is held.
_AHEAD = 2
#: How often the children are looked at, seconds.
_WATCH = 0.2
#: A child that cannot even start says so within this time, seconds.
_START = 300.0
#: Deaths at one document until it is held to be the reason: the first may be somebody else's doing.
_DEATHS = 2
#: How long a wait lasts until somebody may stop it, seconds.
_POLL = 0.25
#: Time for a process that has closed its pipes to end by itself, seconds.
_LEAVE = 0.5
#: Deaths of processes that had no document, until it is no use to try again.
_IDLE_DEATHS = 5
_PROGRAM = "from extractor.batch.child import main; main()"


class Child:
    """One working process, started when it is needed and again after it has died. Used by one thread at a time;
    :meth:`watch` and :meth:`kill` may be called from others."""

    def __init__(self, patterns: Path | None, limits: Limits, *, watched: bool = False) -> None:
        """``watched``: watch over it in a thread of its own; otherwise somebody calls :meth:`watch`."""
        self.limits = limits
        self._patterns = patterns
        self._process: subprocess.Popen[bytes] | None = None
        handle, self._beat_path = tempfile.mkstemp(prefix="extractor-")
        os.write(handle, BEAT.pack(-1, 0))  # real bytes: a sparse file on a full disk would kill whoever writes to it
        self._beat = mmap.mmap(handle, BEAT.size)
        os.close(handle)
        self._verdict: str | None = None
        self._since = (-1, 0.0)
        self._size = 0
        self._closed = False
        if watched:
            threading.Thread(target=self._watch, daemon=True).start()

    def run(self, task: Task) -> Any:
        """The result of a task. Raises what the task raised. Documents that kill the process are found one by one."""
        given: dict[int, InputError] = {}
        deaths: Counter[int] = Counter()
        idle_deaths = 0
        while True:
            answer = self._attempt(task, given) if not self._closed else None
            if answer is not None:
                if answer.leaving:
                    self._end()
                if answer.error is not None:
                    raise answer.error
                return answer.value
            if self._closed:
                raise InputError("was stopped", code="crashed")
            at = BEAT.unpack(self._beat)[0]
            status = self._end()
            verdict = self._verdict or ("memory" if status == OUT_OF_MEMORY else "crashed")
            if at < 0 and verdict == "memory":
                at = task.heaviest(given)  # together they are too much to be written
            deaths[at] += 1
            if at < 0:
                idle_deaths += 1
                if idle_deaths > _IDLE_DEATHS:
                    raise ExtractorError("working processes die before they can work", code="crashed",
                                         hint="look for what kills them: memory, limits of the system")
            elif verdict != "crashed" or deaths[at] >= _DEATHS:
                given[at] = _reason(verdict, self.limits)

    def prepare(self) -> None:
        """Start the process now, before there is a task. What goes wrong is said when there is one."""
        with contextlib.suppress(ExtractorError, OSError, EOFError, pickle.UnpicklingError):
            if self._process is None and not self._closed:
                self._start()

    def watch(self, now: float) -> None:
        """Kill the process where its document has exceeded a limit."""
        process = self._process
        if process is None or self._closed:
            return
        at, count = BEAT.unpack(self._beat)
        if at < 0:
            self._since = (-1, now)
        elif self._since[0] != count:
            self._since = (count, now)
        elif now - self._since[1] > self.limits.seconds:
            self._verdict = "time"
            process.kill()
        elif self._size and _resident(process.pid) > self._size + self.limits.memory:
            self._verdict = "memory"
            process.kill()

    def _watch(self) -> None:
        while not self._closed:
            time.sleep(_WATCH)
            self.watch(time.monotonic())

    def kill(self) -> None:
        """End at once; the thread in :meth:`run` comes back with an error."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process and remove what it used."""
        self._closed = True
        self._end()
        self._beat.close()
        with contextlib.suppress(OSError):
            os.unlink(self._beat_path)

    def _attempt(self, task: Task, given: dict[int, InputError]) -> Answer | None:
        """One try; None where the process died."""
        try:
            process = self._process or self._start()
            assert process.stdin is not None
            pickle.dump((task, given), process.stdin, pickle.HIGHEST_PROTOCOL)
            process.stdin.flush()
            return self._receive(process)
        except (BrokenPipeError, EOFError, pickle.UnpicklingError):
            return None

    def _start(self) -> subprocess.Popen[bytes]:
        BEAT.pack_into(self._beat, 0, -1, 0)
        self._verdict, self._size = None, 0
        errors = None if os.environ.get("EXTRACTOR_DEBUG") else subprocess.DEVNULL
        # -P: a folder of reports must not offer modules to import.
        process = subprocess.Popen([sys.executable, "-P", "-c", _PROGRAM], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=errors)
        self._process = process
        if self._closed:  # in the moment between the last look and now
            process.kill()
        assert process.stdin is not None
        pickle.dump(Hello(self._patterns, self.limits.memory, self._beat_path), process.stdin)
        process.stdin.flush()
        answer = self._receive(process)
        if answer.error is not None:
            self._end()
            raise answer.error
        self._size = _resident(process.pid)
        return process

    def _receive(self, process: subprocess.Popen[bytes]) -> Answer:
        assert process.stdout is not None
        return cast(Answer, pickle.load(process.stdout))

    def _end(self) -> int | None:
        """End the process if it has not ended itself; its exit status."""
        process, self._process = self._process, None
        if process is None:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0 if self._closed else _LEAVE)
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        return process.wait()


def _reason(verdict: str, limits: Limits) -> InputError:
    if verdict == "time":
        return InputError(f"took longer than {limits.seconds:g} seconds", code="time",
                          hint="split it, or raise --document-seconds")
    if verdict == "memory":
        return InputError("needs more memory than it may have", code="memory",
                          hint="split it, or raise --document-memory")
    return InputError("its worker process died (killed, or out of memory)", code="crashed",
                      hint="try it alone with 'extractor extract'; split it if it is very large")


def _resident(pid: int) -> int:
    import psutil

    try:
        size: int = psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return 0
    return size


class Local:
    """Tasks on processes of this machine, one thread of ours for each."""

    def __init__(self, workers: int, patterns: Path | None, limits: Limits) -> None:
        self.slots = workers
        self._children = [Child(patterns, limits) for _ in range(workers)]
        self._threads: list[threading.Thread] = []
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Done] = queue.SimpleQueue()
        self._stop = threading.Event()

    def run(self, next_task: Callable[[], Task | None], is_stopped: Callable[[], bool] = never) -> Iterator[Done]:
        under_way = 0
        while True:
            while under_way < self.slots * _AHEAD and (task := next_task()) is not None:
                self._hire(under_way + 1)
                self._tasks.put(task)
                under_way += 1
            if not under_way:
                return
            done = self._next(is_stopped)
            if done is None:
                return
            under_way -= 1
            if done.error is not None:
                raise done.error
            yield done

    def prepare(self, tasks: int) -> None:
        for wanted in range(max(1, len(self._threads)), min(tasks, self.slots) + 1):
            self._hire(wanted)

    def shares(self, folder: Path) -> bool:
        return True

    def close(self) -> None:
        """End all processes at once."""
        self._stop.set()
        for child in self._children:
            child.kill()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()
        for child in self._children:
            child.close()

    def _hire(self, wanted: int) -> None:
        """Threads (and so processes) only as there are tasks for them."""
        if not self._threads:
            self._threads.append(threading.Thread(target=self._watch, daemon=True))
            self._threads[0].start()
        if len(self._threads) - 1 < min(wanted, self.slots):
            child = self._children[len(self._threads) - 1]
            thread = threading.Thread(target=self._serve, args=(child,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, child: Child) -> None:
        child.prepare()
        while not self._stop.is_set():
            task = self._tasks.get()
            if task is None:
                return
            try:
                self._done.put(Done(task.number, child.run(task)))
            except Exception as error:  # handed to the thread that waits for results
                self._done.put(Done(task.number, None, error))

    def _watch(self) -> None:
        while not self._stop.wait(_WATCH):
            now = time.monotonic()
            for child in self._children:
                child.watch(now)

    def _next(self, is_stopped: Callable[[], bool]) -> Done | None:
        while not is_stopped():
            with contextlib.suppress(queue.Empty):
                return self._done.get(timeout=_POLL)
        return None
