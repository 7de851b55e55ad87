"""The table of names: its own examples and rejects, and the messages for broken files."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.errors import PatternError
from extractor.numbers.names import beginnings, load_names
from extractor.numbers.numerals import CHINESE
from extractor.numbers.scan import scan
from extractor.numbers.units import load_units
from extractor.reading.fold import fold

PATTERNS = Path(__file__).parents[1] / "patterns"
UNITS = load_units(PATTERNS / "units.yaml")
NAMES = load_names(PATTERNS / "names.yaml")


def rules(text: str) -> list[str]:
    return [m.rule for m in scan(fold(text), UNITS, NAMES) if m.kind == "name"]


@pytest.mark.parametrize(("name", "text"), [(e.id, text) for e in NAMES.entries for text in e.examples])
def test_example(name: str, text: str) -> None:
    assert name in rules(text)


@pytest.mark.parametrize(("name", "text"), [(e.id, text) for e in NAMES.entries for text in e.rejects])
def test_reject(name: str, text: str) -> None:
    assert name not in rules(text)


@pytest.mark.parametrize("literal", [w for e in NAMES.entries for w in e.literals])
def test_every_literal_is_found(literal: str) -> None:
    found = [m for m in scan(fold(f"推进{literal}工作"), UNITS, NAMES)]
    assert found
    assert all(m.kind == "name" for m in found), literal


@pytest.mark.parametrize(
    "text",
    [
        "统一部署",
        "万一发生",
        "唯一标准",
        "十分重要",
        "一些问题",
        "一系列举措",
        "进一步加强",
        "千方百计",
        "百姓满意",
        "一般公共预算",
        "一定规模",
        "一体化推进",
        "一站式服务",
        "四川省",
        "九江市",
        "三峡库区",
        "五峰县",
        "百色市",
        "万众创新",
        "一方面",
        "单一来源",
        "一律取消",
        "三亚市",
    ],
)
def test_words_are_no_numbers(text: str) -> None:
    assert not [m for m in scan(fold(text), UNITS, NAMES) if m.kind in ("figure", "bare", "malformed")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("names:\n  - {id: a, literals: [三农], examples: [三农], rejekts: [x]}\n", "unknown key 'rejekts'"),
        ("names:\n  - {id: a, literals: [农村], examples: [农村]}\n", "holds no numeral"),
        ("names:\n  - {id: a, regex: '(三', examples: [三]}\n", "invalid"),
        ("names:\n  - {id: a, regex: '(三)', examples: [三]}\n", "capturing"),
        ("names:\n  - {id: a, examples: [三]}\n", "neither"),
        ("names:\n  - {id: a, literals: [三农]}\n", "no examples"),
        ("names: []\n", "no names"),
        ("names:\n  - {id: a, literals: [三农], examples: [三农]}\nwords: [好]\n", "must begin"),
    ],
)
def test_a_broken_file_is_reported(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "names.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PatternError, match=message):
        load_names(path)


@pytest.mark.parametrize(
    ("regex", "numerals"),
    [
        (r"(?<=第)[1-3]?十|\d{2}强", "0123456789十"),
        (r"(?:一|二){0,2}(?=五)三", "一二三"),
        (r"一*?二|四++五", "一二四"),
        (r"\b5\d", "5"),
        (r"[^\d]点", CHINESE + "数几"),
        (r"(?i:一)", "0123456789" + CHINESE + "数几"),
        (r"一?", "0123456789" + CHINESE + "数几"),
    ],
)
def test_beginnings_hold_every_numeral_that_can_come_first(regex: str, numerals: str) -> None:
    assert beginnings(regex) == numerals
