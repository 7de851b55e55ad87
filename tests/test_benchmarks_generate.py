"""Generated reports: the same for the same seed, other places and numbers, sums that still hold, real density."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import generate
from extractor import extract


@pytest.fixture(scope="module")
def sample() -> list[tuple[str, str]]:
    return list(generate.documents(len(generate.bases())))


def test_a_document_depends_on_seed_and_number_only(sample: list[tuple[str, str]]) -> None:
    assert generate.document(5) == sample[5]
    assert generate.document(5, seed=1) != sample[5]
    again = generate.document(5 + len(sample))
    assert again[1] != sample[5][1]
    assert again[0] != sample[5][0]


def test_no_place_of_the_sample_corpus_is_left(sample: list[tuple[str, str]]) -> None:
    places = ("望溪县", "望溪縣", "澄川市", "云岭省")
    assert not [(name, place) for name, text in sample for place in places if place in text]


def test_the_density_is_that_of_real_reports(sample: list[tuple[str, str]]) -> None:
    characters = sum(len(text) for _, text in sample)
    figures = sum(len(extract(text).figures) for _, text in sample)
    assert 55 < characters / figures < 75
    dense = sum(len(generate.document(index, density=0)[1]) for index in range(len(sample)))
    assert dense < characters / 2


def test_multiplied_numbers_keep_their_sums() -> None:
    """A county summary that adds up but for one sum: no multiple of it brings another contradiction."""
    base = next(at for at, base in enumerate(generate.bases()) if base.name == "county-summary-2023")
    for round_ in range(6):
        _, text = generate.document(base + round_ * len(generate.bases()))
        result = extract(text)
        doubtful = [figure for figure in result.figures for flag in figure.flags if flag.code == "sum_mismatch"]
        assert len(doubtful) <= 4, [figure.quote for figure in doubtful]
        assert any("sum_holds" in figure.confirmed for figure in result.figures)


def test_files_are_spread_over_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "FOLDER", 4)
    written = generate.write(tmp_path, 10, density=0)
    files = sorted(tmp_path.rglob("*.txt"))
    assert [path.parent.name for path in files] == ["000"] * 4 + ["001"] * 4 + ["002"] * 2
    assert written == sum(path.stat().st_size for path in files)
