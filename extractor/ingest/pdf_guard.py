"""What one PDF may cost: a deadline that also ends loops inside the PDF library, and a bound on what it inflates.

PDF files are programs. A stream of a few bytes can inflate to gigabytes, a cycle of objects can keep a parser busy for
hours, and none of it is an error to the library. The limits are enforced from outside: a watcher thread raises
:class:`Stop` in the reading thread when the time is over; the inflating of streams is counted.
"""

from __future__ import annotations

import ctypes
import logging
import threading
import time
import zlib
from types import TracebackType
from typing import Any

_PATIENCE = 10


class Stop(BaseException):
    """A limit of the document is reached. No :class:`Exception`, so that no handler of a library swallows it."""

    def __init__(self, code: str = "slow") -> None:
        super().__init__(code)
        self.code = code


#: Seconds until the watcher raises again: what arrives in a callback of the interpreter (a finalizer, the collection of
#: garbage) is printed there and lost.
_AGAIN = (1.0, 5.0, 25.0)


class Guard:
    """``with Guard(seconds, inflated):`` bounds the time and the inflated bytes of what runs in it, in this thread.

    Seconds are those of the processor, so that a busy machine does not change what can be read; ten times as many by
    the clock on the wall end it as well. Raises :class:`Stop` with code ``slow`` or ``too_large``. The watcher raises
    between two steps of the interpreter; a single long call into C is not cut short, but ends the block as soon as it
    returns.
    """

    def __init__(self, seconds: float, inflated: int) -> None:
        self.seconds = seconds
        self.inflated = inflated
        self.done = threading.Event()
        self.lock = threading.Lock()
        self.late = False
        self.thread = 0
        self.wall = self.start = 0.0
        self.clock: int | None = None
        self.outer: int | None = None

    def __enter__(self) -> Guard:
        _install()
        self.outer = getattr(_budget, "left", None)
        _budget.left = self.inflated
        self.thread = threading.get_ident()
        self.wall = time.monotonic()
        if hasattr(time, "pthread_getcpuclockid"):
            self.clock = time.pthread_getcpuclockid(self.thread)
            self.start = time.clock_gettime(self.clock)
        threading.Thread(target=self._watch, name="pdf-deadline", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        with self.lock:
            self.done.set()
            if self.late:
                _raise_in(self.thread, None)  # raised by the watcher, but not arrived yet
        _budget.left = self.outer
        if self.late and kind is None:
            raise Stop("slow")

    def _watch(self) -> None:
        left = self.seconds
        while left > 0:
            if self.done.wait(min(max(left, 0.05), 5.0)):
                return
            left = self.seconds - self._used()
        for pause in _AGAIN:
            with self.lock:
                if self.done.is_set():
                    return
                self.late = True
                _raise_in(self.thread, Stop)
            if self.done.wait(pause):
                return

    def _used(self) -> float:
        wall = time.monotonic() - self.wall
        if self.clock is None:
            return wall
        try:
            return max(time.clock_gettime(self.clock) - self.start, wall / _PATIENCE)
        except OSError:  # the thread has ended
            return wall


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error) if error else None)


class Complaints(logging.Handler):
    """``with Complaints() as complaints:`` what the PDF library logs in this thread instead of raising: parts of a
    damaged file that it passed over. Nothing of it reaches the terminal."""

    _LOST = ("Data-loss", "Execute called on non-indirect", "Not adding object")

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lost = ""
        self.thread = threading.get_ident()

    def __enter__(self) -> Complaints:
        for name in ("pdfminer", "pdfplumber"):
            logging.getLogger(name).addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        for name in ("pdfminer", "pdfplumber"):
            logging.getLogger(name).removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the first message that speaks of something lost."""
        if not self.lost and record.thread == self.thread:
            message = str(record.msg)
            if message.startswith(self._LOST):
                self.lost = message.split("%")[0].split("<")[0].strip()

    def told(self) -> tuple[str, ...]:
        """The warning for the document, if there is one."""
        return (f"damaged: a part of the file was passed over ({self.lost})",) if self.lost else ()


_budget = threading.local()


def _spend(count: int) -> None:
    left = getattr(_budget, "left", None)
    if left is None:
        return
    _budget.left = left - count
    if left < count:
        raise Stop("too_large")


class _Inflater:
    """``zlib.decompressobj`` that counts what it gives."""

    def __init__(self) -> None:
        self.inner = zlib.decompressobj()

    def decompress(self, data: bytes) -> bytes:
        result = self.inner.decompress(data)
        _spend(len(result))
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class _Zlib:
    """The part of :mod:`zlib` that pdfminer calls, within the budget of the guarded document."""

    error = zlib.error

    @staticmethod
    def decompress(data: bytes) -> bytes:
        left = getattr(_budget, "left", None)
        if left is None:
            return zlib.decompress(data)
        inflater = zlib.decompressobj()
        result = inflater.decompress(data, left + 1)
        _spend(len(result))
        if not inflater.eof:
            raise zlib.error("incomplete or truncated stream")
        return result

    @staticmethod
    def decompressobj() -> _Inflater:
        return _Inflater()


def _install() -> None:
    """Put the counting in the place of pdfminer's ``zlib``; it has no setting for a limit of its own."""
    from pdfminer import pdftypes

    setattr(pdftypes, "zlib", _Zlib)  # noqa: B010 - the name is no public one, and mypy knows it as a module
