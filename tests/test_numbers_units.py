"""The unit table: its own examples, conversion, and the messages for broken files."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from extractor.errors import PatternError
from extractor.numbers.names import load_names
from extractor.numbers.numerals import Number
from extractor.numbers.parse import read_number
from extractor.numbers.scan import scan
from extractor.numbers.units import load_units
from extractor.reading.fold import fold

PATTERNS = Path(__file__).parents[1] / "patterns"
UNITS = load_units(PATTERNS / "units.yaml")
NAMES = load_names(PATTERNS / "names.yaml")
EXAMPLES = [(unit.name, text, value) for unit in UNITS.entries for text, value in unit.examples]
REJECTS = [(unit.name, text) for unit in UNITS.entries for text in unit.rejects]


@pytest.mark.parametrize(("name", "text", "value"), EXAMPLES)
def test_example(name: str, text: str, value: str) -> None:
    found = [m for m in scan(fold(text), UNITS, NAMES) if m.kind == "figure"]
    if len(found) == 1 and found[0].unit == name:
        assert found[0].value == Decimal(value)
        return
    read = read_number(text, UNITS, NAMES)
    assert isinstance(read, Number), f"{name}: {text}: {read}"
    assert (read.value, read.unit) == (Decimal(value), name)


@pytest.mark.parametrize(("name", "text"), REJECTS)
def test_reject(name: str, text: str) -> None:
    assert name not in [m.unit for m in scan(fold(text), UNITS, NAMES) if m.kind == "figure"]


def test_every_alias_is_read_as_its_unit() -> None:
    for unit in UNITS.entries:
        for surface in unit.surfaces:
            if surface == "比例" or unit.dimension == "ratio":
                continue
            found = scan(fold(f"共有23.5万{surface}。"), UNITS, NAMES)
            assert [m.unit for m in found] == [unit.name], surface


@pytest.mark.parametrize(
    ("value", "unit", "to", "result"),
    [
        ("2", "公顷", "亩", "30"),
        ("3", "公里", "米", "3000"),
        ("4", "斤", "公斤", "2"),
        ("1.5", "吨", "公斤", "1500"),
        ("300", "亩", "公顷", "20"),
        ("5", "元", "元", "5"),
        ("2", "平方公里", "平方米", "2000000"),
        ("500", "公斤/亩", "吨/亩", "0.5"),
        ("6360", "元/人/年", "元/人/月", "530"),
        ("530", "元/月", "元/年", "6360"),
        ("2", "年", "个月", "24"),
    ],
)
def test_convert(value: str, unit: str, to: str, result: str) -> None:
    assert UNITS.convert(Decimal(value), unit, to) == Decimal(result)


@pytest.mark.parametrize(
    ("unit", "to"), [("元", "美元"), ("户", "人"), ("亩", "平方米"), ("元", "元/人"), ("x", "y"), ("年", "天")]
)
def test_convert_refuses_what_cannot_be_compared(unit: str, to: str) -> None:
    assert UNITS.convert(Decimal(1), unit, to) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("units:\n  - name: 户\n    dimension: x\n    examples: {12户: 12}\n    alias: [家]\n", "unknown key 'alias'"),
        ("units:\n  - name: 户\n    dimension: x\n", "no examples"),
        (
            "units:\n" + "  - {name: 户, dimension: x, examples: {1户: 1}}\n" * 2,
            "twice",
        ),
        ("units: []\n", "no units"),
        ("units:\n  - {name: 户, dimension: x, factor: abc, examples: {1户: 1}}\n", "factor"),
    ],
)
def test_a_broken_file_is_reported_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "units.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PatternError, match=message) as caught:
        load_units(path)
    assert "units.yaml" in caught.value.where
