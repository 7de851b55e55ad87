"""The texts of a run: every document comes back as it was extracted."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from extractor.batch.run import execute
from extractor.errors import UsageError
from extractor.ingest import load
from extractor.library import load_library
from extractor.pipeline import extract
from extractor.tables.texts import Texts, text_of

CORPUS = Path(__file__).resolve().parent.parent / "corpus"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("texts") / "run"
    sources = ["page-county-summary.html", "township-summary-2021.txt", "budget-township-2018.txt"]
    execute([str(CORPUS / name) for name in sources], target, load_library())
    return target


def test_each_document_comes_back_with_its_layout(run: Path) -> None:
    texts = Texts(run)
    documents = pq.read_table(run / "documents.parquet").to_pylist()
    assert list(texts.ids()) == [row["doc"] for row in documents]
    for row in documents:
        found = extract(load(Path(row["source"]), name=row["source"])).document
        again = texts.document(row["doc"])
        assert again.text == found.text
        assert again.blocks == found.blocks
        assert dict(again.meta) == dict(found.meta)
        assert (again.title, again.issued, again.sha256) == (found.title, found.issued, found.sha256)


def test_every_figure_stands_in_its_text(run: Path) -> None:
    texts = Texts(run)
    figures = pq.read_table(run / "figures.parquet").to_pylist()
    assert figures
    for row in figures:
        assert texts.document(row["doc"]).text[row["start"] : row["end"]] == row["quote"]


def test_an_unknown_document_and_a_folder_without_texts_are_said(run: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no text of a document 'none'"):
        text_of(run, "none")
    with pytest.raises(UsageError, match="is missing"):
        Texts(tmp_path)
