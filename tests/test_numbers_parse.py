"""The numeral grammar, case by case: the exact value, or the reason why a text is no number."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.numbers.names import load_names
from extractor.numbers.numerals import MAX_DIGITS, Malformed, Number, chinese_value
from extractor.numbers.parse import read_number
from extractor.numbers.units import load_units

PATTERNS = Path(__file__).parents[1] / "patterns"
UNITS = load_units(PATTERNS / "units.yaml")
NAMES = load_names(PATTERNS / "names.yaml")


def number(text: str) -> Number:
    read = read_number(text, UNITS, NAMES)
    assert isinstance(read, Number), f"{text!r}: {read}"
    return read


ARABIC = [
    ("0", "0"),
    ("7", "7"),
    ("3.25", "3.25"),
    ("10.0", "10.0"),
    ("0.00001", "0.00001"),
    ("1,100万", "11000000"),
    ("1，100万", "11000000"),
    ("1,234,567.89", "1234567.89"),
    ("１２３", "123"),
    ("１２．５", "12.5"),
    ("12 345", "12345"),
    ("12\n345户", "12345"),
    ("5.1\n万人次", "51000"),
    ("3.56亿", "356000000"),
    ("1.2万亿", "1200000000000"),
    ("1.23456万", "12345.6"),
    ("3千", "3000"),
    ("5百万", "5000000"),
    ("1 234 567", "1234567"),
]
CHINESE = [
    ("二十三", "23"),
    ("十", "10"),
    ("十二", "12"),
    ("一百零五", "105"),
    ("一百五", "150"),
    ("一百一十", "110"),
    ("两千", "2000"),
    ("三万四千五", "34500"),
    ("三万零四百", "30400"),
    ("一亿二千万", "120000000"),
    ("二十万亿", "20000000000000"),
    ("一亿五", "150000000"),
    ("二〇二三", "2023"),
    ("壹贰叁", "123"),
    ("壹佰贰拾", "120"),
    ("廿", "20"),
    ("廿三", "23"),
    ("卅一", "31"),
    ("三点五", "3.5"),
    ("三点五万", "35000"),
    ("三萬兩千", "32000"),
    ("一千零二十", "1020"),
    ("零", "0"),
]
MIXED = [("3万4000", "34000"), ("1千零20", "1020"), ("3亿5000万", "350000000"), ("1千2百万", "12000000"),
    ("1亿3千5百万", "135000000"), ("3万5千亿", "3500000000000"), ("1万万", "100000000"), ("12万零345", "120345")]


@pytest.mark.parametrize(("text", "value"), ARABIC + CHINESE + MIXED)
def test_value_is_exact(text: str, value: str) -> None:
    read = number(text)
    assert read.value == Decimal(value)
    assert not read.approximate
    assert read.value_max is None


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("百分之三点五", "3.5", "%"),
        ("百分之百", "100", "%"),
        ("千分之二", "2", "‰"),
        ("三成五", "35", "%"),
        ("三成", "30", "%"),
        ("翻一番", "1", "番"),
        ("翻两番", "2", "番"),
        ("1.5倍", "1.5", "倍"),
        ("两米半", "2.5", "米"),
        ("一年半", "1.5", "年"),
        ("6.45‰", "6.45", "‰"),
        ("-79.4%", "-79.4", "%"),
        ("－79.4", "-79.4", ""),
        ("负3.2", "-3.2", ""),
        ("−5%", "-5", "%"),
        ("123元1角1分", "123.11", "元"),
        ("5元3角", "5.3", "元"),
        ("无一户", "0", "户"),
        ("2.6：1", "2.6", "比例"),
        ("每人每月300元", "300", "元/人/月"),
        ("45元／平方米", "45", "元/平方米"),
        ("0.45吨标准煤/万元", "0.45", "吨标准煤/万元"),
        ("200元每亩", "200", "元/亩"),
        ("12名", "12", "人"),
        ("8千米", "8", "公里"),
        ("40千克", "40", "公斤"),
        ("60㎡", "60", "平方米"),
        ("8亿千瓦时", "800000000", "千瓦时"),
        ("30749贫困人口", "30749", "人"),
        ("1.7万特困人员", "17000", "人"),
        ("960/人", "960", "/人"),
        ("850//月", "850", "//月"),
    ],
)
def test_value_and_unit(text: str, value: str, unit: str) -> None:
    read = number(text)
    assert (read.value, read.unit) == (Decimal(value), unit)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("3-5人", "3", "5"),
        ("5至8户", "5", "8"),
        ("十八至三十万", "180000", "300000"),
        ("5%—6%", "5", "6"),
        ("2~3", "2", "3"),
        ("1.5～2倍", "1.5", "2"),
        ("两到三年", "2", "3"),
        ("15％－20％", "15", "20"),
        ("3-5万元", "30000", "50000"),
        ("5000-1万元", "5000", "10000"),
        ("100人至200人", "100", "200"),
        ("5万元—10万元", "50000", "100000"),
    ],
)
def test_range(text: str, low: str, high: str) -> None:
    read = number(text)
    assert (read.value, read.value_max, read.modifier) == (Decimal(low), Decimal(high), "range")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("近百", "100"),
        ("上千", "1000"),
        ("数十", "10"),
        ("几十", "10"),
        ("几十万", "100000"),
        ("数百名", "100"),
        ("百余名", "100"),
        ("36万余", "360000"),
        ("20多个", "20"),
        ("十余家", "10"),
        ("二十多万人", "200000"),
        ("约3万元", "30000"),
        ("300人左右", "300"),
        ("七八个", "7"),
        ("三四百人", "300"),
        ("十几万", "100000"),
    ],
)
def test_vague_count_has_no_false_precision(text: str, value: str) -> None:
    read = number(text)
    assert read.value == Decimal(value)
    assert read.approximate
    assert read.modifier == "approx"


def test_fraction_is_exact_as_far_as_decimal_goes() -> None:
    read = number("三分之二")
    assert read.approximate
    assert read.value == Decimal(2) / Decimal(3)


@pytest.mark.parametrize(
    ("text", "modifier"),
    [
        ("300人以上", "at_least"),
        ("不少于5次", "at_least"),
        ("超过60%", "at_least"),
        ("5万元以下", "at_most"),
        ("不超过3%", "at_most"),
        ("3个月内", "at_most"),
        ("至少1名", "at_least"),
        ("2.5%左右", "approx"),
        ("达85%", "none"),
        ("10万+", "at_least"),
    ],
)
def test_modifier_words(text: str, modifier: str) -> None:
    assert number(text).modifier == modifier


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("3.5.6万元", "more than one decimal point"),
        ("12.5.6%", "more than one decimal point"),
        ("12O万元", "a letter among the digits"),
        ("１２Ｏ万元", "a letter among the digits"),
        ("1,2345万元", "thousands groups are broken"),
        ("万元", "grammar"),
        ("万", "grammar"),
        ("", "empty"),
        ("  \n", "empty"),
        ("空", "no numeral"),
        ("二十三十", "grammar"),
        ("三百百", "grammar"),
        ("第三", "ordinal"),
        ("第3名", "ordinal"),
        ("2023年", "date"),
        ("3月5日", "date"),
        ("3人5户", "more than one number"),
        ("9" * 40, "identifier"),
        ("3" * 300, "too long"),
        ("5G", "name"),
        ("十分", "grammar"),
        ("3万4", "more than one number"),
    ],
)
def test_no_number_gives_its_reason(text: str, reason: str) -> None:
    read = read_number(text, UNITS, NAMES)
    assert isinstance(read, Malformed), read
    assert reason in read.reason


@pytest.mark.parametrize(
    ("text", "wrong"), [("１千２百万元", "2000000"), ("20个百分点", "0.2"), ("12.5.6%", "5.6"), ("12O万元", "30000")]
)
def test_mistakes_of_other_readers_are_not_made(text: str, wrong: str) -> None:
    read = read_number(text, UNITS, NAMES)
    assert isinstance(read, Malformed) or read.value != Decimal(wrong)


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_reason(text: str) -> None:
    read = read_number(text, UNITS, NAMES)
    assert isinstance(read, Number) or read.reason


ALPHABET = st.sampled_from("0123456789.,，一二三十百千万亿两点余多几数分之成半%‰元户人个/每约近超-—至年月日第 \nO")


@given(st.text(alphabet=ALPHABET, max_size=24))
def test_hostile_mixtures_never_raise(text: str) -> None:
    read = read_number(text, UNITS, NAMES)
    if isinstance(read, Number):
        assert read.value.is_finite()
        assert read.value_max is None or read.value_max > read.value


DIGIT = "零一二三四五六七八九"


def chinese(value: int) -> str:
    """The full Chinese numeral of a positive number, built the other way round than the reader works."""

    def section(part: int) -> str:
        text, zero = "", False
        for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit = part // power % 10
            if digit:
                text += ("零" if zero else "") + DIGIT[digit] + unit
                zero = False
            elif text:
                zero = True
        return text

    text, gap = "", False
    for power, unit in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part = value // power % 10**4
        if part:
            text += ("零" if text and (gap or part < 1000) else "") + section(part) + unit
            gap = False
        elif text:
            gap = True
    return text


@given(st.integers(min_value=1, max_value=10**12 - 1))
def test_chinese_numerals_round_trip(value: int) -> None:
    assert chinese_value(chinese(value)) == value


@given(st.decimals(min_value=0, max_value=10**9, places=4), st.sampled_from([("万", 4), ("亿", 8), ("", 0)]))
def test_magnitudes_are_exact(value: Decimal, magnitude: tuple[str, int]) -> None:
    word, power = magnitude
    text = f"{value:f}{word}"
    assert len(text) <= MAX_DIGITS
    assert number(text + "元").value == value.scaleb(power)


@given(st.integers(min_value=0, max_value=10**15))
def test_groups_of_three_are_one_number(value: int) -> None:
    assert number(f"{value:,}元").value == value
