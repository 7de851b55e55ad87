"""From figures to comparable values: unit, sign, place, and what is set aside."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from support_tables import FakeLibrary, compare, extraction, figure, flag, observation, repair

from extractor.tables.observations import observe
from extractor.tables.schema import FLAGS, OBSERVATIONS, SET_ASIDE


@pytest.fixture(scope="module")
def library() -> FakeLibrary:
    return FakeLibrary()


def one(library: FakeLibrary, **changes: Any) -> Any:
    observations, aside = observe(extraction(figure(**changes)), library)
    assert len(observations) + len(aside) == 1
    return observations[0] if observations else dict(zip(SET_ASIDE.names, aside[0], strict=True))


def test_a_value_is_converted_to_the_unit_of_its_indicator(library: FakeLibrary) -> None:
    found = one(library, value=Decimal("3.5"), unit="角", indicator="funds.total.amount")
    assert (found.value, found.unit) == (Decimal("0.35"), "元")


def test_a_yearly_standard_becomes_a_monthly_one() -> None:
    from extractor.library import default_library
    from extractor.pipeline import extract

    text = "云岭县民政局2023年工作总结\n\n全县农村低保标准提高到每人每年6360元。"
    found, _ = observe(extract(text), default_library())
    assert [(o.indicator, o.value, o.unit) for o in found] == [
        ("assistance.dibao.rural.standard", Decimal(530), "元/人/月")]


def test_what_does_not_convert_is_set_aside_with_the_reason(library: FakeLibrary) -> None:
    found = one(library, unit="人")
    assert (found["reason"], found["detail"]) == ("unit", "人 does not convert to 户")


def test_a_fall_is_negative_and_a_level_is_not(library: FakeLibrary) -> None:
    fall = {"value": Decimal("2.1"), "unit": "%", "role": "growth", "direction": "down"}
    fall["indicator"] = "macro.gdp.growth"
    assert one(library, **fall).value == Decimal("-2.1")
    assert one(library, direction="down").value == Decimal(8273)
    ranged = one(library, **fall, value_max=Decimal(3), modifier="range")
    assert (ranged.value, ranged.value_max) == (Decimal(-3), Decimal("-2.1"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"period": None}, "no_period"), ({"region": None}, "no_place"), ({"region": "全县"}, "no_place"),
        ({"flags": (flag(),)}, "blocked"), ({"value": Decimal(10) ** 26}, "too_long"),
    ],
)
def test_a_doubt_is_never_a_number(library: FakeLibrary, changes: dict[str, object], reason: str) -> None:
    assert one(library, **changes)["reason"] == reason


def test_a_flag_that_does_not_block_travels_with_the_value(library: FakeLibrary) -> None:
    assert one(library, flags=(flag("share_mismatch", False),)).flags == ("share_mismatch",)


def test_a_repaired_figure_gives_its_readings_and_not_its_print(library: FakeLibrary) -> None:
    readings = (repair(228), repair(559, "人", None))
    glued = figure(value=Decimal(228559), flags=(flag(),), repair=readings, indicator=None)
    observations, aside = observe(extraction(glued), library)
    assert [(o.value, o.repaired, o.rule) for o in observations] == [(Decimal(228), True, "persons_per_household")]
    assert aside == []


def test_a_fraction_keeps_twelve_decimals(library: FakeLibrary) -> None:
    found = one(library, value=Decimal(2) / 3 * 100, unit="%", indicator="macro.gdp.growth", modifier="approx")
    assert found.value == Decimal("66.666666666667")


def test_a_renamed_county_is_one_place_with_the_name_and_code_of_each_year(library: FakeLibrary) -> None:
    old = one(library, region="无为县", region_code="340225", period="2017")
    new = one(library, region="无为市", region_code="340281", period="2021")
    assert (old.place, old.place_code, old.level) == ("无为县", "340225", "county")
    assert (new.place, new.place_code) == ("无为市", "340281")
    assert old.place_id == new.place_id


def test_a_township_is_not_its_county(library: FakeLibrary) -> None:
    county = one(library, region="无为市", region_code="340281")
    town = one(library, region="白石镇", region_code="340281")
    assert town.place_id == f"{county.place_id}/白石镇"
    assert (town.place, town.level, town.place_code) == ("白石镇", "township", "")


def panel(library: FakeLibrary, *observations: Any) -> dict[tuple[str, str], dict[str, object]]:
    settled, table = compare(observations, library)
    rows = [dict(zip(table.names, row, strict=True)) for row in settled.panel]
    return {(str(row["place"]), str(row["period"])): row for row in rows}


def test_a_year_end_stock_and_a_flow_of_the_year_share_a_row(library: FakeLibrary) -> None:
    stock = observation(period="2023-12-31", period_kind="point")
    flow = observation(figure="a-1-002", indicator="funds.total.amount", value=Decimal(5), unit="元", quote="5元")
    rows = panel(library, stock, flow)
    assert list(rows) == [("云岭县", "2023")]
    assert rows["云岭县", "2023"]["monitoring.households"] == Decimal(8273)
    assert rows["云岭县", "2023"]["funds.total.amount"] == Decimal(5)


def test_a_target_never_lands_in_the_cell_of_an_actual_value(library: FakeLibrary) -> None:
    rows = panel(library, observation(status="target", value=Decimal(9000), quote="9000户"))
    row = rows["云岭县", "2023"]
    assert row["monitoring.households.target"] == Decimal(9000)
    assert "monitoring.households" not in row
    both = panel(library, observation(), observation(figure="2", status="target", value=Decimal(9000), quote="9000户"))
    assert both["云岭县", "2023"]["monitoring.households"] == Decimal(8273)
    assert both["云岭县", "2023"]["conflicts"] == 0


def test_a_standard_in_force_is_its_actual_value(library: FakeLibrary) -> None:
    standard = {"indicator": "assistance.urban.standard", "unit": "元/月", "value": Decimal(700), "quote": "700元"}
    item = observation(status="rule", **standard)
    assert panel(library, item)["云岭县", "2023"]["assistance.urban.standard"] == Decimal(700)


def test_a_conflict_is_listed_with_all_its_members_and_leaves_the_cell_empty(library: FakeLibrary) -> None:
    other = observation(figure="b-2-001", doc="b-2", value=Decimal(9000), quote="9000户")
    settled, table = compare([observation(), other], library)
    uses = [dict(zip(OBSERVATIONS.names, row, strict=True))["use"] for row in settled.observations]
    assert uses == ["conflict", "conflict"]
    row = dict(zip(table.names, settled.panel[0], strict=True))
    assert (row["monitoring.households"], row["conflicts"], row["documents"]) == (None, 1, 2)


def test_the_order_of_the_observations_decides_nothing(library: FakeLibrary) -> None:
    items = [
        observation(), observation(figure="2"), observation(figure="3", period="2022"),
        observation(figure="4", place_id="望溪县", place="望溪县"),
        observation(figure="5", status="target", value=Decimal(1), quote="1户"),
    ]
    assert compare(items, library) == compare(items[::-1], library)


def test_a_jump_between_years_is_listed_and_blocks_nothing(library: FakeLibrary) -> None:
    late = observation(figure="b-1", doc="b", period="2024-12-31", value=Decimal(82730), quote="82730户")
    settled, _ = compare([observation(), late], library)
    flags = [dict(zip(FLAGS.names, row, strict=True)) for row in settled.flags]
    assert [(found["figure"], found["code"]) for found in flags] == [
        ("a-1-001", "repeat_jump"), ("b-1", "repeat_jump"),
    ]
    rows = [dict(zip(OBSERVATIONS.names, row, strict=True)) for row in settled.observations]
    assert [(row["use"], row["flags"]) for row in rows] == [("kept", "repeat_jump"), ("kept", "repeat_jump")]
    calm, _ = compare([observation(), observation(figure="b-1", doc="b", period="2024", value=Decimal(9000))], library)
    assert calm.flags == []


def test_counties_above_their_prefecture_are_listed(library: FakeLibrary) -> None:
    prefecture = one(library, id="p", region="芜湖市", region_code="340200", value=Decimal(5000), quote="5000户")
    county = one(library, id="c", region="无为市", region_code="340281", value=Decimal(6000), quote="6000户")
    settled, _ = compare([prefecture, county], library)
    assert {row[FLAGS.names.index("code")] for row in settled.flags} == {"sum_counties"}
