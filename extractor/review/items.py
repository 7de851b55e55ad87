"""What a person judges: one figure, one number that is no figure, or one sentence without figures.

An item is known by the content of its document and its place there (:func:`item_key`), so that a decision finds its
item again after the run was made anew. Its ``fingerprint`` says what was extracted: where that changes, a decision is
out of date and the item is asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from extractor.tables.records import compact

Kind = Literal["figure", "ledger", "sentence"]
KINDS: tuple[Kind, ...] = ("figure", "ledger", "sentence")

#: Columns of the table ``figures`` that a person judges; a change of one of them makes a decision out of date.
JUDGED = (
    "value", "value_max", "unit", "modifier", "role", "status", "direction", "subject", "indicator", "period", "region",
    "region_code", "blocked", "repair",
)
#: The same for an entry of the table ``ledger``.
LEDGER_JUDGED = ("disposition", "repair")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to judge. ``start`` and ``end`` are offsets into the document's text, as everywhere."""

    key: str
    kind: Kind
    doc: str
    sha256: str
    """Hash of the document's bytes."""
    start: int
    end: int
    quote: str
    fingerprint: str
    figure: str = ""
    """Id of the figure; '' for the other kinds."""
    group: str = ""
    """Indicator of a figure, disposition of a ledger entry: what error rates are given by."""
    stratum: str = ""
    """Stratum of the sample that drew it; '' in a simple sample and outside of samples."""
    population: int = 0
    """Members of the stratum in the whole run; 0 outside of samples."""
    drawn: int = 0
    """Members of the stratum in the sample."""

    @property
    def weight(self) -> float:
        """How many members of the run it stands for; 0 outside of samples."""
        return self.population / self.drawn if self.drawn else 0.0


def item_key(sha256: str, kind: str, start: int, end: int, quote: str) -> str:
    """24 hexadecimal digits that name an item in the store and in addresses."""
    return hashlib.sha256(f"{sha256}|{kind}|{start}|{end}|{quote}".encode()).hexdigest()[:24]


def fingerprint(judged: Mapping[str, Any], columns: tuple[str, ...] = JUDGED) -> str:
    """16 hexadecimal digits over what was extracted.

    Null and empty are one: a table format may not tell them apart.

    >>> fingerprint({"disposition": "date"}, LEDGER_JUDGED) == fingerprint({"disposition": "date", "repair": ""},
    ...                                                                    LEDGER_JUDGED)
    True
    """
    found = [str(judged.get(name) if judged.get(name) is not None else "") for name in columns]
    return hashlib.sha256(compact(found).encode()).hexdigest()[:16]


def figure_item(row: Mapping[str, Any], sha256: str) -> Item:
    """The item of a row of the table ``figures``."""
    key = item_key(sha256, "figure", row["start"], row["end"], row["quote"])
    return Item(
        key, "figure", row["doc"], sha256, row["start"], row["end"], row["quote"], fingerprint(row), row["id"],
        row["indicator"] or "",
    )


def ledger_item(row: Mapping[str, Any], sha256: str) -> Item:
    """The item of a row of the table ``ledger`` that is no figure."""
    key = item_key(sha256, "ledger", row["start"], row["end"], row["quote"])
    return Item(
        key, "ledger", row["doc"], sha256, row["start"], row["end"], row["quote"], fingerprint(row, LEDGER_JUDGED),
        group=row["disposition"],
    )


def sentence_item(doc: str, sha256: str, start: int, end: int, quote: str) -> Item:
    """The item of a sentence without figures. It is asked again only if it has figures by then: as another item."""
    return Item(item_key(sha256, "sentence", start, end, quote), "sentence", doc, sha256, start, end, quote, "none")
