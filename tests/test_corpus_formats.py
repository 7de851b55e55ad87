"""The sample reports that are no plain texts, read through the one door: their gold holds, and how much of it is found.

Offsets of gold are those in the text that the loader gives: a loader that puts it together in another way has to come
with gold put in its places.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from test_corpus import CORPUS, GOLD, OTHERS, check_digits, check_fields, facts, uncovered

from benchmarks.sample_files import FILES
from extractor import extract
from extractor.ingest import load
from extractor.ingest.containers import load_member, members
from extractor.library import load_library
from extractor.model import Document, Extraction, Figure
from extractor.tables.records import plain

LIBRARY = load_library()
SCAN = "scan-2021.pdf"
ROWS = [f"reports.csv!{number}" for number in range(1, 6)]
without_ocr = pytest.mark.skipif(find_spec("rapidocr_onnxruntime") is None, reason="the extra ocr is not installed")
NAMES = [*(name for name in OTHERS if not name.endswith(".csv")), *ROWS]
DOCUMENTS = [pytest.param(name, marks=without_ocr if name == SCAN else ()) for name in NAMES]
#: What each report reaches at least, and all of them together; below what is reached today by one or two figures.
FLOORS = {"recall": (0.97, 0.99), "precision": (0.97, 0.99), "role": (0.92, 0.98), "status": (0.91, 0.98),
          "period": (0.90, 0.98), "region": (0.99, 0.99), "indicator": (0.87, 0.95)}


def gold_of(name: str) -> list[dict[str, Any]]:
    container, _, row = name.partition("!")
    path = GOLD / Path(container).stem / f"{row}.jsonl" if row else GOLD / f"{Path(name).stem}.jsonl"
    gold = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return placed(gold, document(name).text) if name == SCAN else gold


def placed(gold: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """Gold with its spans where the quotes stand: recognition may read a comma otherwise on another processor."""
    moved, position = [], 0
    for line in gold:
        wanted = r"\s*".join(map(re.escape, "".join(line["quote"].split())))
        found = re.compile(rf"(?<![\d.]){wanted}").search(text, position)
        if found is None:
            moved.append(line)
            continue
        position = found.end()
        moved.append({**line, "start": found.start(), "end": position, "quote": found.group()})
    return moved


@cache
def document(name: str) -> Document:
    return load(f"{CORPUS}/{name}")


@cache
def extraction(name: str) -> Extraction:
    return extract(document(name), LIBRARY)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_gold_holds(name: str) -> None:
    stem = name.replace(".csv!", "-") if "!" in name else Path(name).stem
    text, gold = document(name).text, gold_of(name)
    check_fields(stem, text, gold)
    check_digits(gold)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_digit_is_annotated_or_explained(name: str) -> None:
    text = document(name).text
    furniture = [block for block in document(name).blocks if block.kind == "furniture"]
    for block in furniture:  # labelled by the loader, blanked here at the same length
        text = text[: block.start] + " " * (block.end - block.start) + text[block.end :]
    assert uncovered(text, gold_of(name)) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_scores(name: str) -> None:
    reached = ratios(tally(gold_of(name), extraction(name).figures))
    assert {measure: reached[measure] for measure, (floor, _) in FLOORS.items() if reached[measure] < floor} == {}


def test_scores_of_all_together() -> None:
    counted: Counter[str] = Counter()
    for name in (name for name in NAMES if name != SCAN):
        counted.update(tally(gold_of(name), extraction(name).figures))
    reached = ratios(counted)
    assert {measure: reached[measure] for measure, (_, floor) in FLOORS.items() if reached[measure] < floor} == {}


def ratios(counted: Counter[str]) -> dict[str, float]:
    return {measure: counted[measure] / counted[f"of {measure}"] for measure in FLOORS}


def tally(gold: list[dict[str, Any]], found: tuple[Figure, ...]) -> Counter[str]:
    """What is right, and of how much. Figures match where they overlap and value and unit are the same; damaged ones
    count where they carry a flag, optional ones need not be found."""
    pairs, missed, used = [], 0, set()
    for line in gold:
        near = [figure for figure in found if figure.start < line["end"] and line["start"] < figure.end]
        used.update(figure.id for figure in near)
        if line["malformed"]:
            missed += not any(flag.code == line["malformed"]["code"] for figure in near for flag in figure.flags)
            continue
        same = [figure for figure in near if (plain(figure.value), figure.unit) == (line["value"], line["unit"])]
        if same:
            pairs.append((line, same[0]))
        else:
            missed += not line["optional"]
    counted = Counter({"recall": len(gold) - missed, "of recall": len(gold),
                       "precision": len(used), "of precision": len(found)})
    for measure in ("role", "status", "period", "region", "indicator"):
        judged = [(line[measure], getattr(figure, measure)) for line, figure in pairs
                  if line[measure] is not None or measure == "indicator"]
        counted[measure] = sum(a == b for a, b in judged)
        counted[f"of {measure}"] = len(judged)
    return counted


def test_a_container_gives_its_reports_with_place_and_period() -> None:
    path = CORPUS / "reports.csv"
    rows = [load_member(path, member) for member in members(path)]
    assert [(row.place, row.period) for row in rows] == [
        ("望溪县", "2019"), ("青石坳县", "2018"), ("临川坝县", "2019"), ("南屏岭县", "2021"), ("沅坪县", "2020")]
    assert [row.text for row in rows] == [document(name).text for name in ROWS]


@pytest.mark.parametrize("name", [name for name in OTHERS if name.endswith(".html")])
def test_a_disclosure_page_tells_its_metadata(name: str) -> None:
    page = document(name)
    assert {"索引号", "发布机构", "主题分类", "成文日期", "发布日期", "文号"} <= set(page.meta)
    assert page.publisher
    assert page.issued
    notes = {block.note for block in page.blocks if block.kind == "furniture"}
    assert {"navigation", "metadata", "related"} <= notes
    assert all(entry["place"] in str(page.title) for entry in facts() if entry["file"] == name)


def test_a_table_over_two_pages_is_one_table() -> None:
    cells = [figure for figure in extraction("accounts-2023.pdf").figures if figure.cell]
    assert len(cells) == 30
    assert {figure.cell[0] for figure in cells if figure.cell} == {0}
    assert {figure.page for figure in cells} == {1, 2}


@without_ocr
def test_the_paragraphs_of_the_scan_are_joined() -> None:
    """The engine gives boxes of 10 to 15 points for lines of one size, which is no reason to part them."""
    lines = [line for line in document(SCAN).text.splitlines() if line]
    assert [line[:5] for line in lines[1:]] == ["2021年", "一、巩固脱", "二、发展特", "三、改善人", "四、202"]
    assert "农民人均可支配收入12680元" in lines[1]


@pytest.mark.parametrize("name", [name for name in OTHERS if not name.endswith(".pdf")])
def test_the_script_writes_what_is_committed(name: str) -> None:
    made, committed = FILES[name](), (CORPUS / name).read_bytes()
    if zipfile.is_zipfile(io.BytesIO(committed)):  # compressed bytes differ between builds of zlib
        with zipfile.ZipFile(io.BytesIO(made)) as one, zipfile.ZipFile(io.BytesIO(committed)) as other:
            assert {part: one.read(part) for part in one.namelist()} == {
                part: other.read(part) for part in other.namelist()}
    else:
        assert made == committed


def test_the_script_knows_every_file() -> None:
    assert sorted(FILES) == OTHERS


@pytest.mark.parametrize("name", OTHERS)
def test_files_are_small(name: str) -> None:
    assert (CORPUS / name).stat().st_size < 150_000
