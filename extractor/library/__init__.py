"""The pattern library: located, validated, compiled, matched and explained."""

from __future__ import annotations

from .compiled import Claim
from .entries import Indicator
from .load import Library, default_library, load_library
from .match import Candidate, Matcher
from .neighbours import Neighbours, Words, around

__all__ = [
    "Candidate",
    "Claim",
    "Indicator",
    "Library",
    "Matcher",
    "Neighbours",
    "Words",
    "around",
    "default_library",
    "load_library",
]
