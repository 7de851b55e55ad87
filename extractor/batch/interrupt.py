"""Ctrl-C while documents are read: the first one asks to end, the second one ends."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interrupt:
    """While this context is open, the first SIGINT is only noted, so that nothing is torn in the middle (a module that
    is being imported, a part that is being counted); whoever works asks :meth:`is_set` now and then. The second one
    raises :class:`KeyboardInterrupt` as always. Outside of the main thread it never is set."""

    def __init__(self) -> None:
        self._noted = False
        self._before: Any = None

    def is_set(self) -> bool:
        return self._noted

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self._noted:
            raise KeyboardInterrupt
        self._noted = True
