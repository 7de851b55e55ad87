"""The promises of the product, on the sample corpus and on random mixtures of what reports are made of."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.ingest import from_text, load
from extractor.library import load_library
from extractor.model import Extraction
from extractor.pipeline import extract
from extractor.reading.fold import fold

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = load_library()
REPORTS = sorted(path for path in (ROOT / "corpus").iterdir() if path.suffix in (".txt", ".html"))

#: A Chinese numeral and a measure that make a quantity where nothing numeric stands before them.
_NUMERAL = re.compile(
    "(?<![〇零一二三四五六七八九十百千万亿两])"
    "[二三四五六七八九]十[一二三四五六七八九]?(?:户|亩|公里|万元|亿元|个百分点)"
)
_DIGIT = re.compile(r"[0-9]")

PIECES = st.sampled_from(
    [
        *("全县脱贫户3909户、11872人", "同比增长17.2%", "３．５６亿元", "１２３户", "36万余条", "3-5人", "二十三户"),
        *("四十五万元", "约近百名", "5.1\n万人次", "12\n345户", "1,100万元", "3.5.6万元", "12O万元", "2023年11月30日"),
        *("2023730户", "截至713日", "850//月", "监测对象312874人", "（一）", "一是", "1.", "2.3 ", "三保障", "2+N"),
        *("5G", "第59期", "其中", "每人每月300元", "下降2.1个百分点", "占比52%", "到2025年", "无为市23922人", "萬戶"),
        *("，", "。", "；", "、", "(", ")", "“", "”", "/", "-", "%", "万", "亿", "零", "〇", "é", "½", "²", "٣", "Ⅳ"),
        *("指标\t2023年\t增长%\n粮食\t650.0\t17.3\n", "\n", " ", "\u3000", "\t", "\r\n", "<b>", "&#49;"),
        *("\U0001f4a7", "\u200b", "\ufeff", "\x1b"),
    ]
)
MIXTURES = st.lists(PIECES | st.text(max_size=6), max_size=40).map("".join)

#: Signs that damage a number where they are put into it or between two of them.
WEDGES = st.sampled_from(
    [
        *"，、。./-—~至和第余多万亿百十零每约负半成年月日号户人元%()〔〕《》“”",
        *("\n", " ", "\t", "1", "07", ",000", "//", "其中："),
    ]
)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """Report fragments with characters cut out, doubled, swapped or wedged in, as lost markup and bad scans do."""
    text = "".join(draw(st.lists(PIECES, min_size=1, max_size=12)))
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, max(0, len(text) - 1)))
        width = draw(st.integers(1, 3))
        change = draw(st.sampled_from(["cut", "double", "wedge", "move"]))
        piece = text[at : at + width]
        if change == "cut":
            text = text[:at] + text[at + width :]
        elif change == "double":
            text = text[:at] + piece + text[at:]
        elif change == "wedge":
            text = text[:at] + draw(WEDGES) + text[at:]
        else:
            to = draw(st.integers(0, len(text)))
            text = text[:at] + text[at + width :]
            text = text[:to] + piece + text[to:]
    return text


def check(extraction: Extraction) -> None:
    """Every promise that one result can keep or break."""
    text = extraction.document.text
    view = fold(text)
    for record in (*extraction.figures, *extraction.ledger):
        assert text[record.start : record.end] == record.quote
        assert record.quote
    entries = extraction.ledger
    for before, after in pairwise(entries):
        assert before.end <= after.start, f"{before.quote!r} and {after.quote!r} overlap"
    covered = bytearray(len(text))
    for entry in entries:
        covered[entry.start : entry.end] = b"\1" * (entry.end - entry.start)
    lost = [match.start() for match in _DIGIT.finditer(view) if not covered[match.start()]]
    assert lost == [], f"digits in no ledger entry: {[text[max(0, at - 8) : at + 8] for at in lost[:5]]}"
    lost = [match.start() for match in _NUMERAL.finditer(view) if not covered[match.start()]]
    assert lost == [], f"numerals in no ledger entry: {[text[max(0, at - 8) : at + 8] for at in lost[:5]]}"
    ids = Counter(figure.id for figure in extraction.figures)
    assert [identity for identity, count in ids.items() if count > 1] == []
    assert {entry.figure for entry in entries if entry.figure} == set(ids)
    starts = [figure.start for figure in extraction.figures]
    assert starts == sorted(starts)
    for one, two in pairwise(extraction.figures):
        assert one.end <= two.start, f"{one.quote!r} and {two.quote!r} overlap"


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name)
def test_the_sample_corpus(path: Path) -> None:
    document = load(path)
    extraction = extract(document, LIBRARY)
    assert extraction.document.text == document.text
    assert len(extraction.figures) > 5
    check(extraction)
    assert extract(document, LIBRARY) == extraction


def test_a_plain_text_is_the_decoded_file_itself() -> None:
    path = ROOT / "corpus" / "county-summary-2023.txt"
    with path.open(encoding="utf-8", newline="") as stream:
        assert load(path).text == stream.read()


@settings(max_examples=300, deadline=None)
@given(MIXTURES)
def test_random_mixtures(text: str) -> None:
    if not text.replace("\ufeff", "").strip():
        return  # refused as empty
    document = from_text(text)
    extraction = extract(document, LIBRARY)
    assert extraction.document.text == text
    check(extraction)


@settings(max_examples=400, deadline=None)
@given(mutations())
def test_damaged_texts(text: str) -> None:
    if text.replace("\ufeff", "").strip():
        check(extract(from_text(text), LIBRARY))


@pytest.mark.parametrize(
    "text",
    [
        *("全省第39—10万50万元", "收入1,172.964.18万元", "收入1,1\n26亿元", "补贴70，//月", "共万二十三户"),
        *("5.1\n万人次\n12", "〔2023〕7，0号12/人/3", "1-2-3-4户至5万6"),
        *("每1/2户", "12,34,567,8户", "三十万五三户", "2023年13月45日67户"),
    ],
)
def test_texts_that_once_lost_digits(text: str) -> None:
    check(extract(from_text(text), LIBRARY))


def test_an_entry_begins_and_ends_with_its_own_number() -> None:
    entries = extract("转载200篇文章\n验证码 1234\n全省第39—10万50万元", LIBRARY).ledger
    assert [entry.quote for entry in entries] == ["200篇", "1234", "第39", "10万", "50万元"]


def test_little_of_the_corpus_is_unexplained() -> None:
    dispositions = Counter(
        entry.disposition for path in REPORTS if path.suffix == ".txt" for entry in extract(load(path), LIBRARY).ledger
    )
    assert dispositions["unexplained"] / dispositions.total() <= 0.01, dispositions
