"""Numbers that are wrong in the source: flagged, proved, repaired; and the arithmetic of a report, checked.

The trunk calls :func:`damaged_dates` before periods are resolved and :func:`run` when all figures are complete.
"""

from __future__ import annotations

from .across import AcrossFlag
from .across import check as check_across
from .catalogue import CATALOGUE, FlagCode
from .dates import DamagedDate, damaged_dates
from .plausibility import Bounds, bounds_of
from .plausibility import load as load_bounds
from .recognition import check as check_recognition
from .stage import CheckResult, run

__all__ = [
    "CATALOGUE",
    "AcrossFlag",
    "Bounds",
    "CheckResult",
    "DamagedDate",
    "FlagCode",
    "bounds_of",
    "check_across",
    "check_recognition",
    "damaged_dates",
    "load_bounds",
    "run",
]
