"""Records made quickly are the records themselves: frozen, equal, hashed and pickled alike."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from extractor import extract
from extractor.model import Document, Figure, LedgerEntry
from extractor.records import changer, maker


def figures() -> tuple[Figure, ...]:
    return extract("全县现有监测对象228户559人，户占比71%，下降2.1%。").figures


def test_what_is_made_quickly_is_the_record_itself() -> None:
    for figure in figures():
        made = maker(Figure)(*(getattr(figure, field.name) for field in fields(Figure)))
        plain = Figure(*(getattr(figure, field.name) for field in fields(Figure)))
        assert type(made) is type(figure) is Figure
        assert made == figure == plain
        assert hash(made) == hash(plain)
        assert repr(made) == repr(plain)
        assert pickle.loads(pickle.dumps(made)) == plain
        with pytest.raises(FrozenInstanceError):
            made.unit = "户"  # type: ignore[misc]


def test_defaults_and_missing_fields_are_those_of_the_class() -> None:
    assert maker(LedgerEntry)("d", 0, 1, "1", "figure", "") == LedgerEntry("d", 0, 1, "1", "figure", "")
    with pytest.raises(TypeError):
        maker(LedgerEntry)("d", 0)  # type: ignore[call-arg]


def test_a_quick_change_is_a_replace_and_leaves_the_old_record_alone() -> None:
    figure = figures()[0]
    before = repr(figure)
    assert changer(Figure)(figure, unit="人", flags=()) == replace(figure, unit="人", flags=())
    assert repr(figure) == before
    with pytest.raises(AttributeError):
        changer(Figure)(figure, nonsense=1)


def test_a_default_that_is_made_anew_for_each_record_is_refused() -> None:
    with pytest.raises(TypeError):
        maker(Document)
