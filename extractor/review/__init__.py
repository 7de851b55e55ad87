"""Spot-checks: samples of a run, a person's decisions on them, error rates, corrections, the report."""
