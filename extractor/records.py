"""Frozen records made and changed quickly: the extraction makes several of them for each number.

A frozen dataclass sets each field through ``object.__setattr__``, which costs four times as much as the plain
assignments of a class that is not frozen. Here a record is filled as such a twin of the same layout and only then given
its own class; what the caller gets is the frozen record itself. Like the constructor of a dataclass, the functions are
written out field by field for each class: to pass twenty fields on by name costs as much as to fill them in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, make_dataclass
from typing import Any, TypeVar, cast

Record = TypeVar("Record")


def maker(record: type[Record]) -> type[Record]:
    """A quick way to call the class: takes the same arguments and makes the same record.

    >>> from extractor.model import Repair
    >>> maker(Repair)(2, "户", "监测对象") == Repair(2, "户", "监测对象")
    True
    """
    if hasattr(record, "__mypyc_attrs__"):
        return record  # compiled (hatch_build.py): quick by itself, and of a layout that no twin can have
    names = _names(record)
    defaults: dict[str, Any] = {}
    parameters = []
    for field in fields(cast("Any", record)):
        parameters.append(field.name if _is_required(field) else f"{field.name}=default_{field.name}")
        defaults[f"default_{field.name}"] = field.default
    lines = [f"made.{name} = {name}" for name in names]
    return cast("type[Record]", _written(record, ", ".join(parameters), lines, defaults))


def changer(record: type[Record]) -> Callable[..., Record]:
    """A quick :func:`dataclasses.replace` for one class of records.

    >>> from extractor.model import Repair
    >>> changer(Repair)(Repair(2, "户", "监测对象"), value=3).value
    3
    """
    lines = [f"made.{name} = old.{name}" for name in _names(record)]
    lines += ["for name, value in changes.items():", "    setattr(made, name, value)"]
    return _written(record, "old, /, **changes", lines, {})


def _names(record: Any) -> list[str]:
    return [field.name for field in fields(record)]


def _is_required(field: Field[Any]) -> bool:
    """Whether a field has no default. A default that is made anew for each record would be shared by all: refused."""
    if field.default_factory is not MISSING:
        raise TypeError(f"{field.name} has a default factory")
    return field.default is MISSING


def _written(record: Any, parameters: str, lines: list[str], names: dict[str, Any]) -> Callable[..., Any]:
    """The function with these parameters that fills a twin of ``record`` by ``lines`` and gives it its class."""
    twin = make_dataclass(record.__name__, _names(record), init=False, slots=True)
    body = "".join(f"    {line}\n" for line in ("made = twin()", *lines, "made.__class__ = record", "return made"))
    space = {"twin": twin, "record": record, **names}
    exec(f"def make({parameters}):\n{body}", space)
    return cast("Callable[..., Any]", space["make"])
