"""Periods and cells: which row a period belongs to, which candidates agree."""

from __future__ import annotations

from decimal import Decimal

import pytest
from support_tables import observation

from extractor.tables import periods
from extractor.tables.cells import resolution, settle


@pytest.mark.parametrize(
    ("text", "kind", "row", "year"),
    [
        ("2023", "year", "2023", 2023),
        ("2023-12-31", "point", "2023", 2023),
        ("2023-06-30", "point", "2023-01/2023-06", 2023),
        ("2024-02-29", "point", "2024-01/2024-02", 2024),
        ("2023-02-27", "point", "2023-02-27", 2023),
        ("2023-11", "month", "2023-11", 2023),
        ("2023-01/2023-06", "half_year", "2023-01/2023-06", 2023),
        ("2023-07/2023-12", "half_year", "2023-07/2023-12", 2023),
        ("2023-04/2023-06", "quarter", "2023-04/2023-06", 2023),
        ("2023-01/2023-11", "ytd", "2023-01/2023-11", 2023),
        ("2023-01/2023-12", "year", "2023", 2023),
        ("2023-03/2023-05", "span", "2023-03/2023-05", 2023),
        ("2022/2024", "multi_year", "2022/2024", 2024),
        ("2021-01/2025-12", "multi_year", "2021-01/2025-12", 2025),
        ("2023-05-03/2023-05-18", "span", "2023-05-03/2023-05-18", 2023),
        ("2023-09/2023-09", "month", "2023-09", 2023),
    ],
)
def test_a_period_has_a_kind_and_a_row(text: str, kind: str, row: str, year: int) -> None:
    assert periods.parse(text) == (kind, row, year)


@pytest.mark.parametrize("text", ["", "去年", "2023-13", "2023-00-01", "2023-06/2023-01", "20231", "2023-1", "2023/"])
def test_what_is_no_period_is_refused(text: str) -> None:
    assert periods.parse(text) is None


def test_full_agreement_keeps_one_and_counts_the_others() -> None:
    verdict = settle([observation(figure="1"), observation(figure="2", doc="b-2"), observation(figure="3")])
    assert sorted(verdict.uses) == ["kept", "support", "support"]
    assert verdict.support == 3


def test_disagreement_keeps_none() -> None:
    verdict = settle([observation(figure="1"), observation(figure="2", value=Decimal(8274), quote="8274户")])
    assert verdict.uses == ("conflict", "conflict")
    assert verdict.kept is None
    assert verdict.support == 0


def test_a_rounded_mention_supports_the_exact_one_and_the_exact_one_is_kept() -> None:
    rounded = observation(figure="1", value=Decimal("356000000.00"), unit="元", quote="3.56亿元")
    exact = observation(figure="2", value=Decimal("355870000"), unit="元", quote="35587万元")
    assert settle([rounded, exact]).kept == 1
    off = observation(figure="3", value=Decimal("354000000"), unit="元", quote="35400万元")
    assert settle([rounded, off]).kept is None


def test_words_of_bound_agree_with_what_lies_beyond_them() -> None:
    exact = observation(figure="1", value=Decimal(52000), quote="52000户")

    def other(value: int, **changes: object) -> object:
        return observation(figure="2", value=Decimal(value), quote=f"{value}户", **changes)

    assert settle([other(50000, modifier="at_least"), exact]).kept == 1
    assert settle([other(53000, modifier="at_least"), exact]).kept is None
    assert settle([other(53000, modifier="at_most"), exact]).kept == 1
    assert settle([other(51000, modifier="range", value_max=Decimal(53000)), exact]).kept == 1


def test_an_odd_hundred_thousand_agrees_with_its_full_number() -> None:
    odd = observation(figure="1", value=Decimal(360000), quote="36万余户", modifier="approx")
    assert settle([odd, observation(figure="2", value=Decimal(366021), quote="366021户")]).kept == 1
    assert settle([odd, observation(figure="2", value=Decimal(381234), quote="381234户")]).kept is None


def test_a_printed_value_is_kept_before_a_repaired_one() -> None:
    assert settle([observation(figure="1", repaired=True), observation(figure="2")]).kept == 1


@pytest.mark.parametrize(
    ("quote", "value", "step"),
    [
        ("5.87万人", "58700", "100"), ("17.2%", "17.2", "0.1"), ("3,541户", "3541", "0"), ("１２.5％", "12.5", "0.1"),
        ("二十户", "20", "0"), ("0户", "0", "0"), ("36万户", "360000", "10000"), ("-2.5%", "-2.5", "0.1"),
    ],
)
def test_resolution_is_the_unit_of_the_last_printed_digit(quote: str, value: str, step: str) -> None:
    assert resolution(quote, Decimal(value)) == Decimal(step)
