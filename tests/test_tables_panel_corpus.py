"""The panel of the sample corpus, three places in three years, one renamed in between, against a table by hand."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from extractor.batch.run import execute
from extractor.library import load_library

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = sorted(str(path) for path in (ROOT / "corpus").glob("panel-*.txt"))

#: Read from the reports by a person.
COLUMNS = (
    "macro.gdp.amount", "macro.gdp.growth", "income.rural.per_capita", "agriculture.grain.output",
    "employment.urban_new.persons", "water.tap.rate",
)
BY_HAND = {
    ("无为县", "340225", "2018"): (44_620_000_000, "8.2", 18642, 423_000, 7820, "86.4"),
    ("无为市", "340281", "2020"): (48_650_000_000, "3.4", 21380, 431_000, 8240, "91.7"),
    ("无为市", "340281", "2022"): (57_280_000_000, "4.6", 25260, 446_000, 8605, "95.3"),
    ("南陵县", "340223", "2018"): (24_860_000_000, "7.9", 17925, 386_000, 4310, "84.8"),
    ("南陵县", "340223", "2020"): (27_130_000_000, "4", 20645, 392_000, 4562, "90.2"),
    ("南陵县", "340223", "2022"): (31_670_000_000, "5.1", 24318, 404_000, 4780, "94.6"),
    ("泾县", "341823", "2018"): (11_240_000_000, "7.4", 14786, 168_000, 2265, "82.1"),
    ("泾县", "341823", "2020"): (12_480_000_000, "3.8", 17064, 171_000, 2418, "88.9"),
    ("泾县", "341823", "2022"): (14_350_000_000, "4.9", 20152, 175_000, 2590, "93.8"),
}


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    folder = tmp_path_factory.mktemp("run")
    outcome = execute(SAMPLES, folder, load_library())
    assert outcome.summary.documents == {"ok": 9}
    return pq.read_table(folder / "panel.parquet").to_pylist()


def test_facts_are_as_printed(panel: list[dict[str, object]]) -> None:
    from decimal import Decimal

    facts = {
        (row["place"], row["place_code"], row["period"]): tuple(row[column] for column in COLUMNS)
        for row in panel
        if row["macro.gdp.amount"] is not None
    }
    assert facts == {key: tuple(Decimal(value) for value in values) for key, values in BY_HAND.items()}


def test_the_renamed_county_is_one_place(panel: list[dict[str, object]]) -> None:
    identities = {row["place"]: row["place_id"] for row in panel}
    assert identities["无为县"] == identities["无为市"]
    assert len(set(identities.values())) == 3
    assert {row["level"] for row in panel} == {"county"}
    assert {(row["place"], row["parent"]) for row in panel} == {
        ("无为县", "芜湖市"), ("无为市", "芜湖市"), ("南陵县", "芜湖市"), ("泾县", "宣城市"),
    }


def test_targets_stand_in_their_own_columns_of_the_next_year(panel: list[dict[str, object]]) -> None:
    rows = {(row["place_id"], row["period"]): row for row in panel}
    assert len(rows) == 18
    for (place, year), row in rows.items():
        planned = int(str(year)) % 2 == 1
        assert (row["employment.urban_new.persons.target"] is not None) == planned, (place, year)
        assert (row["employment.urban_new.persons"] is None) == planned, (place, year)
    assert rows["340281", "2019"]["employment.urban_new.persons.target"] == 7000
    assert sum(int(str(row["conflicts"])) for row in panel) == 0
