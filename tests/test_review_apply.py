"""Corrections as a layer: the corrected cell in the panel, the extracted value where it was; gold and candidates."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from support_judged import REPORTS, figure, library, make_run, opened

from extractor.library import Library
from extractor.review.apply import apply
from extractor.review.data import Run
from extractor.review.gold import export
from extractor.review.items import Item
from extractor.review.sample import sample
from extractor.review.store import Store

SCORE = Path(__file__).parent.parent.parent / "shared" / "score.py"


@pytest.fixture(scope="module")
def patterns() -> Library:
    return library()


class Reviewed:
    """A run, its store, and the corrected tables as rows."""

    def __init__(self, folder: Path, patterns: Library) -> None:
        self.folder, self.patterns = folder, patterns
        self.run, self.store = opened(folder)

    def item(self, quote: str) -> Item:
        found = self.run.figure(figure(self.run, quote))
        assert found is not None
        return found

    def judge(self, item: Item | str, verdict: str, **fields: object) -> None:
        item = self.item(item) if isinstance(item, str) else item
        self.store.decide(item, verdict, fields=fields or None, library=self.patterns, reviewer="甲",
                          version=self.run.version, note="=1+1")

    def apply(self) -> None:
        apply(self.run, self.store, self.patterns)

    def rows(self, table: str, where: str = "true", corrected: bool = True) -> list[dict[str, Any]]:
        path = self.folder / ("corrected" if corrected else "") / f"{table}.parquet"
        with duckdb.connect() as database:
            cursor = database.execute(f"SELECT * FROM read_parquet('{path}') WHERE {where}")
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def panel(self, place: str, period: str, corrected: bool = True) -> dict[str, Any]:
        rows = self.rows("panel", f"place = '{place}' AND period = '{period}'", corrected)
        assert len(rows) == 1
        return rows[0]


@pytest.fixture
def reviewed(tmp_path: Path, patterns: Library) -> Reviewed:
    return Reviewed(make_run(tmp_path), patterns)


def test_a_corrected_value_is_in_the_panel_and_the_extracted_one_stays(reviewed: Reviewed) -> None:
    assert reviewed.panel("云岭县", "2023", corrected=False)["monitoring.households"] == 298
    reviewed.judge("298户", "correct", value="289")
    reviewed.apply()
    row = reviewed.panel("云岭县", "2023")
    assert row["monitoring.households"] == 289
    assert row["corrected"] == "monitoring.households"
    assert row["corrected_by"] == "甲"
    assert row["corrected_at"].startswith("20")
    observed = reviewed.rows("observations", "quote = '298户'")
    assert [(o["use"], o["value"], o["extracted"], o["corrected"]) for o in observed] == [
        ("replaced", 298, None, "value"), ("kept", 289, 298, "value")]
    kept = reviewed.rows("figures", "quote = '298户'")[0]
    assert (kept["value"], kept["review"], json.loads(kept["corrected"])) == ("298", "correct", {"value": "289"})
    assert reviewed.panel("云岭县", "2023", corrected=False)["monitoring.households"] == 298
    other = reviewed.panel("云岭县", "2022")
    assert other["corrected"] is None
    assert other["monitoring.households"] == reviewed.panel("云岭县", "2022", corrected=False)["monitoring.households"]


def test_nothing_but_what_was_corrected_changes(reviewed: Reviewed) -> None:
    reviewed.judge("1640户", "accept")
    reviewed.apply()
    for table in ("figures", "observations", "panel"):
        before, after = reviewed.rows(table, corrected=False), reviewed.rows(table)
        names = list(before[0])
        assert [{name: row[name] for name in names} for row in after] == before


def test_a_rejected_figure_leaves_its_cell_empty(reviewed: Reviewed) -> None:
    reviewed.judge("298户", "reject")
    reviewed.apply()
    assert reviewed.panel("云岭县", "2023")["monitoring.households"] is None
    assert [o["use"] for o in reviewed.rows("observations", "quote = '298户'")] == ["rejected"]


def test_a_corrected_period_and_place_move_the_value(reviewed: Reviewed) -> None:
    reviewed.judge("1640户", "correct", period="2019")
    reviewed.judge("802人", "correct", region="白石镇")
    reviewed.apply()
    row = reviewed.panel("云岭县", "2019")
    assert [value for name, value in row.items() if "toilets" in name and value is not None] == [1640]
    assert reviewed.panel("白石镇", "2023")["monitoring.persons"] == 802
    assert reviewed.panel("云岭县", "2023")["monitoring.persons"] is None
    periods = [row["period"] for row in reviewed.rows("panel", "place = '云岭县'")]
    assert periods == sorted(periods)


def test_a_new_indicator_brings_its_column(reviewed: Reviewed) -> None:
    assert "macro.gdp.growth" not in reviewed.panel("云岭县", "2023", corrected=False)
    reviewed.judge("11.5%", "correct", indicator="macro.gdp.growth")
    reviewed.apply()
    row = reviewed.panel("云岭县", "2023")
    assert row["macro.gdp.growth"] == Decimal("11.5")
    assert row["income.lifted.growth"] is None
    order = [name for name in row if name in reviewed.patterns.indicators]
    assert order == [name for name in reviewed.patterns.indicators if name in order]


def test_a_repair_is_accepted_or_replaced(reviewed: Reviewed) -> None:
    """312845人 was repaired to 312户845人. A corrected period leaves the repair alone; readings take its place."""
    repaired = reviewed.rows("figures", "quote = '312845人'", corrected=False)[0]
    assert repaired["repair"]
    reviewed.judge("312845人", "correct", period="2021")
    reviewed.apply()
    moved = reviewed.rows("observations", "quote = '312845人' AND use = 'kept'")
    assert {(o["row"], int(o["value"]), o["repaired"]) for o in moved} == {("2021", 312, True), ("2021", 845, True)}
    indicator = moved[0]["indicator"]
    reviewed.judge("312845人", "correct", readings=[
        {"value": "31", "unit": "户", "indicator": indicator}, {"value": "2845", "unit": "人", "indicator": ""}])
    reviewed.apply()
    found = reviewed.rows("observations", "quote = '312845人' AND use <> 'replaced'")
    assert [(int(o["value"]), o["rule"]) for o in found] == [(31, "review")]


def test_naming_the_value_lifts_a_doubt_and_a_period_does_not(tmp_path: Path, patterns: Library) -> None:
    text = ("云岭县2023年总结\n\n2023年，全县发放低保金合计1000万元，其中城市低保金300万元、农村低保金600万元。"
            "全县监测对象298户802人，其中已消除风险231户，占比97.5%。\n")
    reviewed = Reviewed(make_run(tmp_path, {"a.txt": text}), patterns)
    blocked = reviewed.rows("set_aside", "reason = 'blocked'", corrected=False)
    if not blocked:
        pytest.skip("no claimed figure of this text is blocked")
    item = reviewed.run.figure(blocked[0]["figure"])
    assert item is not None
    reviewed.judge(item, "correct", period="2022")
    reviewed.apply()
    assert reviewed.rows("observations", f"figure = '{item.figure}'") == []
    reviewed.judge(item, "correct", value=blocked[0]["value"])
    reviewed.apply()
    assert [o["use"] for o in reviewed.rows("observations", f"figure = '{item.figure}'")] == ["kept"]


def test_a_correction_can_make_and_settle_a_conflict(reviewed: Reviewed) -> None:
    reviewed.judge("298户", "correct", period="2022")
    reviewed.apply()
    row = reviewed.panel("云岭县", "2022")
    assert row["monitoring.households"] is None
    assert row["conflicts"] == 1
    assert row["documents"] == 2
    reviewed.judge("312户", "correct", value="298")
    reviewed.apply()
    row = reviewed.panel("云岭县", "2022")
    assert (row["monitoring.households"], row["conflicts"]) == (298, 0)
    assert sorted(o["use"] for o in reviewed.rows("observations", "\"row\" = '2022' AND indicator = "
                                                  "'monitoring.households'")) == ["kept", "replaced", "support"]


def test_what_was_missed_becomes_a_figure(reviewed: Reviewed) -> None:
    drawn = sample(reviewed.run, 0, ledger=500, sentences=500)
    entry = next(item for item in drawn.items if item.kind == "ledger" and item.quote.startswith("2023"))
    sentence = next(item for item in drawn.items if item.kind == "sentence" and "再接再厉" in item.quote)
    reviewed.judge(entry, "correct", value="2023", unit="元", indicator="income.rural.per_capita")
    reviewed.judge(sentence, "correct", quote="再", value="2", unit="次")
    reviewed.apply()
    added = reviewed.rows("figures", "review = 'missed'")
    assert {row["quote"] for row in added} == {entry.quote, "再"}
    assert all(row["value"] is None for row in added)
    for row in added:
        assert reviewed.run.plain(row["doc"])[row["start"] : row["end"]] == row["quote"]
    assert [(int(o["value"]), o["corrected"]) for o in reviewed.rows("observations", "corrected = 'figure'")] == [
        (2023, "figure")]


def test_every_decision_is_in_the_table_of_corrections(reviewed: Reviewed) -> None:
    reviewed.judge("298户", "correct", value="289")
    reviewed.judge("802人", "skip")
    reviewed.judge("1640户", "accept")
    reviewed.store.decide(reviewed.item("1640户"), "reject", reviewer="乙", version="v")
    reviewed.apply()
    rows = {row["quote"]: row for row in reviewed.rows("corrections")}
    assert {quote: row["state"] for quote, row in rows.items()} == {
        "298户": "judged", "802人": "skipped", "1640户": "disagreed"}
    assert json.loads(rows["298户"]["extracted"]) == {"value": "298"}
    assert "289" in rows["298户"]["effect"]
    assert rows["1640户"]["by"] == "乙;甲"
    csv = (reviewed.folder / "corrected" / "corrections.csv").read_text(encoding="utf-8-sig")
    assert "甲: =1+1" in csv  # behind the name, so no spreadsheet takes it for a formula
    assert ",=1+1" not in csv


def test_applying_twice_gives_the_same_bytes(reviewed: Reviewed) -> None:
    reviewed.judge("298户", "correct", value="289")
    reviewed.apply()
    first = {path.name: path.read_bytes() for path in (reviewed.folder / "corrected").iterdir()}
    reviewed.apply()
    assert {path.name: path.read_bytes() for path in (reviewed.folder / "corrected").iterdir()} == first


def test_a_layer_that_cannot_be_written_leaves_the_old_one(
    reviewed: Reviewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewed.judge("298户", "correct", value="289")
    reviewed.apply()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("extractor.review.apply.write_panel", full)
    with pytest.raises(OSError, match="No space"):
        reviewed.apply()
    assert reviewed.panel("云岭县", "2023")["monitoring.households"] == 289
    assert not list(reviewed.folder.glob(".corrected*"))


# --- gold and candidates ---------------------------------------------------------------------------------------------


@pytest.fixture
def exported(reviewed: Reviewed, tmp_path: Path) -> Callable[[], Path]:
    def write() -> Path:
        export(reviewed.run, reviewed.store, reviewed.patterns, tmp_path / "export")
        return tmp_path / "export"

    return write


def test_gold_lines_are_what_the_reviewer_says(reviewed: Reviewed, exported: Callable[[], Path]) -> None:
    for item in sample(reviewed.run, 100, ledger=0, sentences=0).items:
        reviewed.judge(item, "accept")
    reviewed.judge("298户", "correct", value="289")
    reviewed.judge("1640户", "reject")
    folder = exported()
    lines: dict[str, dict[str, Any]] = {}
    for path in (folder / "gold").iterdir():
        text = (folder / "docs" / f"{path.stem}.txt").read_bytes().decode("utf-8")
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            assert text[record["start"] : record["end"]] == record["quote"]
            lines[record["quote"]] = record
    assert lines["298户"]["value"] == "289"
    assert "1640户" not in lines
    assert lines["312845人"]["malformed"]["code"] == "glued"
    assert [reading["value"] for reading in lines["312845人"]["malformed"]["repair"]] == ["312", "845"]
    assert lines["802人"]["malformed"] is None


@pytest.mark.skipif(not SCORE.is_file(), reason="score.py is not here")
def test_score_reads_the_gold(reviewed: Reviewed, exported: Callable[[], Path]) -> None:
    items = sample(reviewed.run, 100, ledger=0, sentences=0).items
    for item in items:
        reviewed.judge(item, "accept")
    reviewed.judge("298户", "correct", value="289")
    folder = exported()
    done = subprocess.run(
        [sys.executable, str(SCORE), "--gold", str(folder / "gold"), "--predictions", str(folder / "predictions"),
         "--json", str(folder / "score.json")], check=True, capture_output=True, text=True)
    assert "recall" in done.stdout
    total = json.loads((folder / "score.json").read_text(encoding="utf-8"))["all"]
    assert total["precision"] == 1
    assert total["recall"] == pytest.approx(1 - 1 / total["gold"])
    assert total["repaired"] == 1


def test_candidates_teach_what_was_corrected(reviewed: Reviewed, exported: Callable[[], Path]) -> None:
    reviewed.judge("11.5%", "correct", indicator="macro.gdp.growth")
    reviewed.judge("298户", "accept")
    reviewed.judge("802人", "reject")
    found = {entry["id"]: entry for entry in
             yaml.safe_load((exported() / "candidates.yaml").read_text(encoding="utf-8"))}
    assert found["macro.gdp.growth"]["examples"][0]["value"] == 11.5
    assert "11.5%" in found["macro.gdp.growth"]["examples"][0]["text"]
    assert found["income.lifted.growth"]["rejects"][0]["value"] == 11.5
    assert found["monitoring.households"]["examples"][0]["value"] == 298
    assert found["monitoring.persons"]["rejects"][0]["value"] == 802


def test_the_store_of_a_run_is_in_its_folder_and_a_run_leaves_it_alone(reviewed: Reviewed, tmp_path: Path) -> None:
    reviewed.judge("298户", "correct", value="289")
    reviewed.apply()
    make_run(tmp_path, {**REPORTS, "new.txt": "云岭县2024年有监测对象300户。"})
    again = Store.of(tmp_path / "run")
    assert [d.verdict for found in again.counting().values() for d in found] == ["correct"]
    assert (tmp_path / "run" / "corrected" / "panel.parquet").is_file()
    apply(Run(tmp_path / "run"), again, reviewed.patterns)
    assert reviewed.panel("云岭县", "2023")["monitoring.households"] == 289
