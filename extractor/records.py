"""Frozen records made and changed quickly: the extraction makes several of them for each number.

A frozen dataclass sets each field through ``object.__setattr__``, which costs four times as much as the plain
assignments of a class that is not frozen. Here a record is filled as such a twin of the same layout and only then given
its own class; what the caller gets is the frozen record itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, make_dataclass
from operator import attrgetter
from typing import Any, TypeVar, cast

Record = TypeVar("Record")


def _twin(record: Any) -> Any:
    """A class with the fields of a frozen slotted dataclass, and not frozen."""
    return make_dataclass(record.__name__, [(f.name, f.type, f) for f in fields(record)], slots=True)


def maker(record: type[Record]) -> type[Record]:
    """A quick way to call the class: takes the same arguments and makes the same record.

    >>> from extractor.model import Repair
    >>> maker(Repair)(2, "户", "监测对象") == Repair(2, "户", "监测对象")
    True
    """
    twin = _twin(record)

    def make(*values: Any, **named: Any) -> Any:
        made = twin(*values, **named)
        made.__class__ = record
        return made

    return cast("type[Record]", make)


def changer(record: type[Record]) -> Callable[..., Record]:
    """A quick :func:`dataclasses.replace` for one class of records.

    >>> from extractor.model import Repair
    >>> changer(Repair)(Repair(2, "户", "监测对象"), value=3).value
    3
    """
    twin = _twin(record)
    values = attrgetter(*twin.__slots__)

    def change(old: Record, **changes: Any) -> Any:
        made = twin(*values(old))
        for name, value in changes.items():
            setattr(made, name, value)
        made.__class__ = record
        return made

    return change
