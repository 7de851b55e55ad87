"""What a run counted: the manifest's numbers and the lines printed at its end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Errors that are listed by name; all of them are in the table ``documents``.
LISTED = 1000


@dataclass(slots=True)
class Summary:
    """Counts over the documents of a run, in the order of the sources."""

    documents: Counter[str] = field(default_factory=Counter)
    """By status: ok, duplicate, error."""
    characters: int = 0
    figures: int = 0
    claimed: int = 0
    flags: Counter[str] = field(default_factory=Counter)
    ledger: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[str] = field(default_factory=Counter)
    observations: int = 0
    conflicts: int = 0
    panel_rows: int = 0
    panel_columns: int = 0
    errors: list[dict[str, str]] = field(default_factory=list)
    """The first errors: source, code, reason, hint."""
    seconds: float = 0.0

    @property
    def total(self) -> int:
        return sum(self.documents.values())

    @property
    def all_failed(self) -> bool:
        return self.documents["error"] == self.total

    def add(self, name: str, figures: int, about: str) -> dict[str, Any]:
        """Count a document from its entry in a part; the entry's details."""
        found: dict[str, Any] = json.loads(about)
        if "error" in found:
            self.documents["error"] += 1
            if len(self.errors) < LISTED:
                self.errors.append({"source": name, **found["error"]})
            return found
        self.documents["ok"] += 1
        self.characters += found["characters"]
        self.figures += figures
        self.claimed += found["claimed"]
        self.flags.update(found["flags"])
        self.ledger.update(found["ledger"])
        self.set_aside.update(found["set_aside"])
        return found

    def counts(self) -> dict[str, Any]:
        """The counts for the manifest; codes in alphabetical order."""
        return {
            "documents": _sorted(self.documents),
            "characters": self.characters,
            "figures": self.figures,
            "claimed_figures": self.claimed,
            "flags": _sorted(self.flags),
            "ledger": _sorted(self.ledger),
            "set_aside": _sorted(self.set_aside),
            "observations": self.observations,
            "conflicting_cells": self.conflicts,
            "panel_rows": self.panel_rows,
            "panel_columns": self.panel_columns,
        }

    @classmethod
    def read(cls, manifest: Mapping[str, Any]) -> Summary:
        """The summary of a finished run, from its manifest."""
        counts = manifest["counts"]
        return cls(
            documents=Counter(counts["documents"]),
            characters=counts["characters"],
            figures=counts["figures"],
            claimed=counts["claimed_figures"],
            flags=Counter(counts["flags"]),
            ledger=Counter(counts["ledger"]),
            set_aside=Counter(counts["set_aside"]),
            observations=counts["observations"],
            conflicts=counts["conflicting_cells"],
            panel_rows=counts["panel_rows"],
            panel_columns=counts["panel_columns"],
            errors=list(manifest["errors"]),
        )


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return {key: counter[key] for key in sorted(counter) if counter[key]}
