"""The examples in docstrings are run: they are the specification of small functions."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import extractor

#: Not imported by a test: running them does something.
_PROGRAMS = (".__main__",)
MODULES = [
    module.name
    for module in pkgutil.walk_packages(extractor.__path__, "extractor.")
    if not module.name.endswith(_PROGRAMS)
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    count = sum(bool(test.examples) for name in MODULES for test in finder.find(importlib.import_module(name)))
    assert count >= 15
