"""Samples: repeatable, weighted, of every kind; and what a page shows about an item."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_judged import REPORTS, figure, make_run

from extractor.cli.sample import BY as CLI_BY
from extractor.cli.sample import METHODS as CLI_METHODS
from extractor.errors import UsageError
from extractor.review.data import Run
from extractor.review.details import details
from extractor.review.sample import BY, METHODS, OTHERS, Sample, alike, collapsed, order, proportional, sample

CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    names = ("county-damaged-2024", "panel-jingxian-2018", "panel-jingxian-2020", "province-gwr-2003", "news-page-2023")
    texts = {f"{name}.txt": (CORPUS / f"{name}.txt").read_text(encoding="utf-8") for name in names}
    return Run(make_run(tmp_path_factory.mktemp("sample"), {**REPORTS, **texts}))


def weights(drawn: Sample, kind: str) -> float:
    return sum(item.weight for item in drawn.items if item.kind == kind)


def counted(run: Run, table: str, where: str = "true") -> int:
    return int(run.query(f"SELECT count(*) AS n FROM {table} WHERE {where}")[0]["n"])


@pytest.mark.parametrize("how", [{}, {"by": ("indicator",)}, {"by": ("flag", "place")}, {"method": "risk"}])
def test_a_sample_is_the_same_for_the_same_seed(run: Run, how: dict[str, object]) -> None:
    first, second = (sample(run, 40, seed=5, **how) for _ in range(2))  # type: ignore[arg-type]
    assert first == second
    assert sample(run, 40, seed=6, **how).items != first.items  # type: ignore[arg-type]
    kinds = Counter(item.kind for item in first.items)
    assert kinds == {"figure": 40, "ledger": 14, "sentence": 14}
    assert len({item.key for item in first.items}) == len(first.items)


@pytest.mark.parametrize("how", [{}, {"by": ("indicator",)}, {"by": ("period",)}, {"method": "risk"}])
def test_weights_add_up_to_the_run(run: Run, how: dict[str, object]) -> None:
    drawn = sample(run, 40, **how)  # type: ignore[arg-type]
    assert weights(drawn, "figure") == pytest.approx(counted(run, "figures"))
    assert weights(drawn, "ledger") == pytest.approx(counted(run, "ledger", "figure IS NULL"))


def test_a_larger_sample_holds_the_smaller_one(run: Run) -> None:
    small, large = sample(run, 10), sample(run, 50)
    assert {item.key for item in small.items} < {item.key for item in large.items}


def test_a_small_run_gives_all_it_has(run: Run) -> None:
    drawn = sample(run, 5000)
    kinds = Counter(item.kind for item in drawn.items)
    assert kinds["figure"] == counted(run, "figures")
    assert all(item.weight == 1 for item in drawn.items)


def test_every_figure_has_the_same_chance(run: Run) -> None:
    """Over 300 seeds a figure is drawn as often as another one: chi-squared stays ordinary."""
    from scipy.stats import chi2

    drawn: Counter[str] = Counter()
    size = counted(run, "figures")
    for seed in range(300):
        drawn.update(item.key for item in sample(run, 30, seed=seed, ledger=0, sentences=0).items)
    expected = 300 * 30 / size
    statistic = sum((drawn[key] - expected) ** 2 for key in drawn) + (size - len(drawn)) * expected**2
    assert statistic / (expected * (1 - 30 / size)) < chi2.ppf(0.999, size - 1)


def test_risk_comes_first(run: Run) -> None:
    drawn = [item for item in sample(run, 40, method="risk").items if item.kind == "figure"]
    strata = list(dict.fromkeys(item.stratum for item in drawn))
    assert strata == [name for name in ("repaired", "flagged", "conflict", "change", "plain") if name in strata]
    repaired = counted(run, "figures", "repair IS NOT NULL")
    assert Counter(item.stratum for item in drawn)["repaired"] == min(repaired, 10) or repaired > 8
    for item in drawn:
        row = run.query("SELECT flags, repair FROM figures WHERE id = ?", [item.figure])[0]
        assert (item.stratum == "repaired") == (row["repair"] is not None)
        assert (item.stratum == "flagged") == (row["repair"] is None and bool(row["flags"]))


def test_the_biggest_changes_between_years_are_taken(run: Run) -> None:
    """Of a value in two years running, the later one: 监测对象 went from 312 to 298, 改厕 from 1520 to 1640."""
    changed = [item for item in sample(run, 60, method="risk").items if item.stratum == "change"]
    assert {"298户", "802人", "1640户"} & {item.quote for item in changed}
    assert all(item.weight == 1 for item in changed)
    assert not {"312户", "845人", "1520户"} & {item.quote for item in changed}


def test_sentences_without_figures_hold_none(run: Run) -> None:
    drawn = [item for item in sample(run, 0, sentences=400, ledger=0).items if item.kind == "sentence"]
    assert len(drawn) > 5
    for item in drawn:
        assert run.plain(item.doc)[item.start : item.end] == item.quote
        inside = run.query('SELECT id FROM figures WHERE doc = ? AND start < ? AND "end" > ?',
                           [item.doc, item.end, item.start])
        assert inside == []
        assert run.at("sentence", item.doc, item.start, item.end) == run.at("sentence", item.doc, item.start, item.end)


def test_items_are_found_again_where_they_stand(run: Run) -> None:
    for item in sample(run, 20).items:
        found = run.at(item.kind, item.doc, item.start, item.end)
        assert found is not None
        assert (found.key, found.fingerprint) == (item.key, item.fingerprint)
    assert run.at("figure", "no-such-document", 0, 1) is None
    assert run.at("sentence", sample(run, 1).items[0].doc, -5, 10**9) is None


def test_details_show_the_text_the_reading_and_the_proof(run: Run) -> None:
    item = run.figure(figure(run, "312845人"))
    assert item is not None
    shown = details(run, item)
    assert shown["context"]["quote"] == "312845人"
    assert shown["context"]["before"].endswith("累计识别监测对象")
    assert "<script>" in shown["context"]["after"]  # as it is: escaping is the page's job
    assert [reading["value"] for reading in shown["repair"]] == ["312", "845"]
    assert [choice["label"] for choice in shown["candidates"]] == ["repair", "printed"]
    assert [reading["value"] for reading in shown["candidates"][0]["fields"]["readings"]] == ["312", "845"]
    assert shown["flags"][0]["code"] == "glued"
    assert shown["flags"][0]["rivals"]
    assert shown["document"]["title"].startswith("临川坝县")


@pytest.mark.parametrize("what", [
    {"by": ("colour",)}, {"method": "magic"}, {"method": "risk", "by": ("place",)}, {"method": "stratified"}, {"n": -1},
    {"n": 10**7},
])
def test_what_cannot_be_drawn(run: Run, what: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        sample(run, **{"n": 10, **what})  # type: ignore[arg-type]


def test_quotes_in_a_path_are_no_sql(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "it's a 'run'; DROP TABLE x")
    assert sample(Run(folder), 3).items


SIZES = st.dictionaries(st.text(max_size=3), st.integers(1, 500), min_size=1, max_size=12)


@given(SIZES, st.integers(0, 200))
def test_allocations_give_what_was_asked_for(sizes: dict[str, int], n: int) -> None:
    for given_ in (proportional(sizes, n), alike(sizes, n)):
        assert sum(given_.values()) == min(n, sum(sizes.values()))
        assert all(0 <= given_[name] <= sizes[name] for name in sizes)


@given(SIZES, st.integers(1, 200))
def test_small_groups_are_drawn_from_together(sizes: dict[str, int], n: int) -> None:
    into = collapsed(sizes, n)
    assert len(set(into.values())) <= max(n // 4, 1)
    kept = [name for name, stratum in into.items() if stratum != OTHERS]
    merged = [name for name, stratum in into.items() if stratum == OTHERS]
    assert not kept or not merged or min(sizes[k] for k in kept) >= max(sizes[m] for m in merged)


def test_the_database_draws_as_python_does(run: Run) -> None:
    drawn = sample(run, 5, seed="x", ledger=0, sentences=0)
    rows = run.query('SELECT f.start, f."end", d.sha256 FROM figures f JOIN documents d USING (doc)')
    smallest = sorted(order("x", row["sha256"], row["start"], row["end"]) for row in rows)[:5]
    assert [order("x", item.sha256, item.start, item.end) for item in drawn.items] == smallest


def test_the_command_line_knows_the_same_words() -> None:
    assert CLI_METHODS == METHODS
    assert tuple(BY) == CLI_BY
