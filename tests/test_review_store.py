"""Decisions: kept at once, in full, through crashes and re-runs; two tabs and several reviewers."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from support_judged import REPORTS, figure, library, make_run, opened

from extractor.errors import UsageError
from extractor.library import Library
from extractor.review.assign import assignments
from extractor.review.data import Run
from extractor.review.fields import Invalid
from extractor.review.items import Item
from extractor.review.rates import agreement, outcome, rates
from extractor.review.sample import sample
from extractor.review.settled import refresh, settled
from extractor.review.store import NOTE, Conflict, Store


@pytest.fixture(scope="module")
def patterns() -> Library:
    return library()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("review"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "decisions.sqlite")


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return Run(folder)


@pytest.fixture
def item(run: Run) -> Item:
    found = run.figure(figure(run, "1520户"))
    assert found is not None
    return found


def judge(store: Store, item: Item, verdict: str = "accept", **more: object) -> None:
    store.decide(item, verdict, **{"reviewer": "甲", "version": "v", **more})  # type: ignore[arg-type]


def test_a_decision_tells_who_when_and_what(store: Store, item: Item, run: Run) -> None:
    made = store.decide(item, "accept", reviewer="甲", version=run.version, note="看过原文")
    assert store.current(item.key, "甲") == made
    assert (made.quote, made.start, made.sha256, made.note, made.version) == (
        "1520户", item.start, item.sha256, "看过原文", run.version)
    assert made.time.endswith("+00:00")
    assert store.revision(item.key, "甲") == made.id


def test_a_crash_loses_nothing(tmp_path: Path, item: Item) -> None:
    """The process that decided is killed the moment decide() has returned."""
    path = tmp_path / "decisions.sqlite"
    code = textwrap.dedent(f"""
        import os, signal
        from pathlib import Path
        from extractor.review.items import Item
        from extractor.review.store import Store
        store = Store(Path({str(path)!r}))
        for number in range(25):
            item = Item(f"key-{{number}}", "figure", "d", "0" * 64, number, number + 1, "1", "f")
            store.decide(item, "accept", reviewer="甲", version="v")
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -signal.SIGKILL
    after = Store(path)
    assert len(after.counting()) == 25
    judge(after, item)


def test_a_half_done_transaction_is_not_there(store: Store, item: Item, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("extractor.review.store._decision", broken)
    with pytest.raises(OSError, match="disk full"):
        judge(store, item)
    monkeypatch.undo()
    assert store.history(item.key) == []
    judge(store, item)
    assert len(store.history(item.key)) == 1


def test_undo_is_a_row_and_goes_back_step_by_step(store: Store, item: Item) -> None:
    judge(store, item, "accept")
    judge(store, item, "reject")
    judge(store, item, "skip")
    assert [d.verdict if d else None for d in (store.undo(item.key, reviewer="甲", version="v") for _ in range(3))] == [
        "reject", "accept", None]
    with pytest.raises(Invalid):
        store.undo(item.key, reviewer="甲", version="v")
    assert [d.verdict for d in store.history(item.key)] == ["accept", "reject", "skip", "undo", "undo", "undo"]
    judge(store, item, "reject")
    assert store.undo(item.key, reviewer="甲", version="v") is None


def test_nothing_can_be_deleted_by_the_store() -> None:
    source = Path(sys.modules["extractor.review.store"].__file__ or "").read_text(encoding="utf-8")
    assert "DELETE FROM decisions" not in source
    assert "UPDATE decisions" not in source


def test_two_tabs(tmp_path: Path, item: Item) -> None:
    first, second = Store(tmp_path / "d.sqlite"), Store(tmp_path / "d.sqlite")
    shown = first.revision(item.key, "甲")
    judge(second, item, "reject", expected_revision=shown)
    with pytest.raises(Conflict) as caught:
        judge(first, item, "accept", expected_revision=shown)
    assert caught.value.current is not None
    assert caught.value.current.verdict == "reject"
    with pytest.raises(Conflict):
        first.undo(item.key, reviewer="甲", version="v", expected_revision=shown)
    judge(first, item, "accept", expected_revision=caught.value.revision)
    assert [d.verdict for d in second.history(item.key)] == ["reject", "accept"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"value": "12o"}, "value"), ({"value": "1e9"}, "value"), ({"value": ""}, "value"), ({"value": "NaN"}, "value"),
        ({"value": "9" * 27}, "value"), ({"value": True}, "value"), ({"value": ["1"]}, "value"),
        ({"unit": "户户"}, "unit"), ({"unit": "万元"}, None), ({"indicator": "monitoring.householdz"}, "indicator"),
        ({"period": "2023-13"}, "period"), ({"period": "去年"}, "period"), ({"status": "done"}, "status"),
        ({"role": "x"}, "role"), ({"direction": "left"}, "direction"), ({"subject": "a" * 501}, "subject"),
        ({"subject": "a\x00b"}, "subject"), ({"region_code": "34022"}, "region_code"), ({"colour": "red"}, "colour"),
        ({"value": "5", "value_max": "3"}, "value_max"), ({}, "fields"), ({"quote": "x"}, "quote"),
        ({"readings": []}, "readings"), ({"readings": [{"value": "1", "x": "2"}]}, "x"),
        ({"readings": [{"value": "1", "unit": "户"}], "value": "2"}, "readings"),
    ],
)
def test_corrections_are_checked(
    store: Store, item: Item, patterns: Library, fields: dict[str, object], field: str | None
) -> None:
    if field is None:
        return judge(store, item, "correct", fields=fields, library=patterns)
    with pytest.raises(Invalid) as caught:
        judge(store, item, "correct", fields=fields, library=patterns)
    assert caught.value.where == field
    assert store.history(item.key) == []
    return None


def test_corrections_have_one_spelling(store: Store, item: Item, patterns: Library) -> None:
    fields = {"value": "12,345.60", "unit": "名", "indicator": "", "period": "2023-01/2023-06", "direction": ""}
    made = store.decide(item, "correct", fields=fields, library=patterns, reviewer="甲", version="v")
    assert made.fields == {"value": "12345.6", "unit": "人", "indicator": None, "period": "2023-01/2023-06",
                           "direction": None}


@pytest.mark.parametrize("note", ["x" * (NOTE + 1), "half \ud800"])
def test_a_note_that_no_file_can_hold(store: Store, item: Item, note: str) -> None:
    with pytest.raises(Invalid):
        judge(store, item, note=note)
    judge(store, item, note="'); DROP TABLE decisions; -- <script>\x00" + "字" * 9000)
    assert len(store.history(item.key)) == 1


@pytest.mark.parametrize("name", ["", " ", "a" * 61, "a\nb"])
def test_a_reviewer_needs_a_name(store: Store, item: Item, name: str) -> None:
    with pytest.raises(Invalid):
        judge(store, item, reviewer=name)


def test_a_file_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "decisions.sqlite").write_text("hello " * 100)
    with pytest.raises(UsageError, match="cannot be used"):
        Store(tmp_path / "decisions.sqlite")
    with sqlite3.connect(tmp_path / "other.sqlite") as other:
        other.execute("PRAGMA user_version = 99")
    with pytest.raises(UsageError, match="another version"):
        Store(tmp_path / "other.sqlite")


# --- after a re-run --------------------------------------------------------------------------------------------------


def test_decisions_survive_a_re_run_and_are_asked_again_where_the_extraction_changed(
    tmp_path: Path, patterns: Library
) -> None:
    folder = make_run(tmp_path)
    run, store = opened(folder)
    drawn = sample(run, 100)
    store.add(drawn, run.identity)
    for each in drawn.items:
        judge(store, each, version=run.version)
    make_run(tmp_path, {**REPORTS, "yunling-2024.txt": REPORTS["yunling-2023.txt"].replace("2023", "2024")})
    again = Run(folder)
    assert again.identity != run.identity
    assert refresh(again, store) == 0
    assert rates(store, drawn.name).states == {"judged": len(drawn.items)}
    states = [each.outcome.state for each in settled(again, store)]
    assert states == ["judged"] * len(drawn.items)

    # The same bytes, but the program now says something else about one figure: a place supplied by sources.yaml.
    (tmp_path / "sources" / "sources.yaml").write_text(
        "documents:\n  - {file: yunling-2022.txt, place: 白石镇}\n", encoding="utf-8")
    make_run(tmp_path)
    changed = Run(folder)
    refresh(changed, store)
    found = rates(store, drawn.name).states
    assert found["stale"] > 0
    assert found["judged"] + found["stale"] == len(drawn.items)
    stale = {each.item.doc.split("-2")[0] for each in settled(changed, store)
             if each.outcome.state == "stale" and each.item is not None}
    assert stale == {"yunling"}


def test_what_the_run_no_longer_has(tmp_path: Path) -> None:
    folder = make_run(tmp_path)
    run, store = opened(folder)
    drawn = sample(run, 100, ledger=0, sentences=0)
    store.add(drawn, run.identity)
    for each in drawn.items:
        judge(store, each)
    (tmp_path / "sources" / "yunling-2022.txt").unlink()
    rest = {name: text for name, text in REPORTS.items() if name != "yunling-2022.txt"}
    make_run(tmp_path, rest)
    gone = refresh(Run(folder), store)
    assert gone == sum(each.doc.startswith("yunling-2022") for each in drawn.items)
    assert [e.item for e in settled(Run(folder), store)].count(None) == gone
    assert len(store.items(drawn.name)) == len(drawn.items)


# --- several reviewers -----------------------------------------------------------------------------------------------


def test_double_coding_disagreement_and_adjudication(store: Store, run: Run, patterns: Library) -> None:
    drawn = sample(run, 10)
    store.add(drawn, run.identity)
    store.assign(drawn.name, assignments(drawn.items, ["甲", "乙"], double=0.5, seed=1))
    given = store.assignments(drawn.name)
    assert set(given) == {item.key for item in drawn.items}
    both = [item for item in drawn.items if len(given[item.key]) == 2]
    kinds = {kind: [item for item in drawn.items if item.kind == kind] for kind in ("figure", "ledger", "sentence")}
    assert len(both) == sum(round(len(items) / 2) for items in kinds.values())
    assert [item.key for item in store.items(drawn.name, "甲")] == [
        item.key for item in drawn.items if "甲" in given[item.key]]
    for item in drawn.items:
        for reviewer in given[item.key]:
            differs = item is both[0] and reviewer == "乙"
            judge(store, item, "reject" if differs else "accept", reviewer=reviewer)
    found = agreement(store, drawn.name)
    counted = [(pair.first, pair.second, pair.items, pair.agreed) for pair in found]
    assert counted == [("乙", "甲", len(both), len(both) - 1)]
    result = rates(store, drawn.name)
    assert result.states == {"judged": len(drawn.items) - 1, "disagreed": 1}
    assert outcome(both[0], store.counting()[both[0].key], "乙").state == "judged"  # blind: each sees only their own
    judge(store, both[0], "correct", fields={"value": "7"}, library=patterns, reviewer="丙", role="adjudication")
    assert rates(store, drawn.name).states == {"judged": len(drawn.items)}
    decision = outcome(both[0], store.counting()[both[0].key]).decision
    assert decision is not None
    assert (decision.reviewer, decision.verdict) == ("丙", "correct")


def test_the_same_correction_written_differently_agrees(store: Store, item: Item, patterns: Library) -> None:
    judge(store, item, "correct", fields={"value": "1,521"}, library=patterns)
    judge(store, item, "correct", fields={"value": "1521.0"}, library=patterns, reviewer="乙")
    assert outcome(item, store.counting()[item.key]).state == "judged"
    judge(store, item, "correct", fields={"value": "1522"}, library=patterns, reviewer="乙")
    assert outcome(item, store.counting()[item.key]).state == "disagreed"


def test_a_name_is_taken_once(store: Store, run: Run) -> None:
    drawn = sample(run, 2)
    store.add(drawn, run.identity)
    with pytest.raises(UsageError, match="already"):
        store.add(drawn, run.identity)
    assert [known["name"] for known in store.samples()] == [drawn.name]
