"""Who looks on while a run works: counts, the state file, the JSON log. Screens derive from :class:`Watcher`."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractor.batch.state import StateFile

if TYPE_CHECKING:
    import pyarrow as pa

    from extractor.batch.planning import Plan
    from extractor.batch.sources import Skipped


class Watcher:
    """Counts what is done and keeps the state file and the log. Methods are called in one thread, in this order:
    :meth:`attach`, :meth:`planned`, then :meth:`phase` and :meth:`read` as they come, :meth:`end`."""

    def __init__(self, log: Path | None = None) -> None:
        self.documents = self.todo = self.done = self.errors = 0
        self._state: StateFile | None = None
        self._log = log.open("a", encoding="utf-8", newline="\n") if log is not None else None

    def attach(self, state: StateFile) -> None:
        """The run has the output folder for itself."""
        self._state = state
        state.update(now=True)
        self.log("start", pid=state.state.pid, host=state.state.host)

    def planned(self, plan: Plan, skipped: Skipped) -> None:
        """All sources are known, and what is to be done."""
        self.documents, self.todo = len(plan), plan.todo
        self.log("planned", documents=len(plan), todo=plan.todo, reasons=dict(plan.reasons), left_out=plan.left_out,
                 skipped=dict(skipped.counts))
        self._update()

    def phase(self, name: str) -> None:
        """Something else is being done now; an empty name says that it goes on."""
        if name:
            if self._state is not None:
                self._state.state.phase = name
            self.log("phase", name=name)
        self._update(now=bool(name))

    def read(self, entries: pa.Table) -> None:
        """Some documents are done: their rows of the index."""
        self.done += len(entries)
        self.errors += sum(status != 0 for status in entries.column("status").to_pylist())
        if self._log is not None:
            for row in entries.select(["name", "doc", "seconds", "summary"]).to_pylist():
                error = json.loads(row["summary"]).get("error")
                self.log("document", document=row["name"], doc=row["doc"], seconds=round(row["seconds"], 4),
                         **({"error": error["code"], "reason": error["reason"]} if error else {}))
            self._log.flush()
        self._update()

    def end(self, status: str, message: str = "") -> None:
        """The run is over."""
        if self._state is not None:
            self._state.state.status = status
            self._state.state.message = message
            self._update(now=True)
        self.log("end", status=status, done=self.done, errors=self.errors, **({"message": message} if message else {}))
        if self._log is not None:
            self._log.close()
            self._log = None

    def log(self, event: str, **details: Any) -> None:
        """One line of the JSON log."""
        if self._log is not None:
            record = {"time": round(time.time(), 3), "event": event, **details}
            self._log.write(json.dumps(record, ensure_ascii=False) + "\n")

    def _update(self, *, now: bool = False) -> None:
        if self._state is not None:
            state = self._state.state
            state.documents, state.todo, state.done, state.errors = self.documents, self.todo, self.done, self.errors
            self._state.update(now=now)
