"""Numbers that are wrong in the source: flagged, proved, repaired; and the arithmetic of a report, checked.

The trunk calls :func:`damaged_dates` before periods are resolved and :func:`run` when all figures are complete.
"""

from __future__ import annotations

from .catalogue import CATALOGUE, FlagCode
from .dates import DamagedDate, damaged_dates
from .plausibility import Bounds
from .plausibility import load as load_bounds
from .stage import CheckResult, run

__all__ = ["CATALOGUE", "Bounds", "CheckResult", "DamagedDate", "FlagCode", "damaged_dates", "load_bounds", "run"]
