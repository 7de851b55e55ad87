"""Accounts for every number in Chinese government work reports.

``extract(text)`` gives the figures and the ledger of one report, ``parse_number(text)`` reads a single number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractor.numbers.numerals import Malformed, Number
    from extractor.pipeline import extract, parse_number

__all__ = ["Malformed", "Number", "extract", "parse_number"]
__version__ = "0.1.0"

_HOMES = {
    "extract": "extractor.pipeline",
    "parse_number": "extractor.pipeline",
    "Number": "extractor.numbers.numerals",
    "Malformed": "extractor.numbers.numerals",
}


def __getattr__(name: str) -> Any:
    # Imported at first use, so that ``extractor --help`` and light scripts start at once.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
