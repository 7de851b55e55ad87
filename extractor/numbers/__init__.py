"""Numerals, units, dates and names; the scan that finds every numeric mention in one pass."""
