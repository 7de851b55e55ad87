"""The numeral grammar: digits, Chinese numerals and mixtures of both to an exact ``Decimal``, or ``None``.

Everything here works on the folded view (:func:`extractor.reading.fold.fold`). Arabic notation follows GB/T 15835
(groups of three, a decimal point), Chinese notation the traditional positional one, with the short forms of speech
(三万四千五 is 34500). Nothing is guessed: what breaks the grammar has no value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

__all__ = [
    "ALONE",
    "CHINESE",
    "DIGITS",
    "MAGNITUDE",
    "SPACES",
    "Bound",
    "Malformed",
    "Number",
    "arabic_value",
    "chinese_value",
    "end_of_digits",
    "mixed_value",
]

Bound = Literal["none", "approx", "at_least", "at_most", "range"]

DIGITS: Final = {
    **{c: n for n, c in enumerate("〇一二三四五六七八九")},
    **{c: n for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")},
    "两": 2,
    "幺": 1,
}
_SMALL: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
ALONE: Final = {**DIGITS, "十": 10, "拾": 10, "廿": 20, "卅": 30}
_LARGE: Final = {"万": 4, "亿": 8}
#: Magnitudes that may follow an Arabic number, as powers of ten (GB/T 15835 allows 万 and 亿; the rest is custom).
MAGNITUDE: Final = {
    "百": 2,
    "千": 3,
    "万": 4,
    "十万": 5,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "十亿": 9,
    "百亿": 10,
    "千亿": 11,
    "万亿": 12,
    "十万亿": 13,
    "百万亿": 14,
    "万万": 8,
}
CHINESE: Final = "〇零一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟廿卅"
#: What ``\\s`` matches.
SPACES: Final = frozenset(char for char in map(chr, range(0x3001)) if char.isspace())
#: Longest number that is read. Longer digit strings are identifiers, never quantities.
MAX_DIGITS: Final = 24
_DIGITS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was read. ``unit`` is '' for a pure number; ``value_max`` is the upper end of a range."""

    value: Decimal
    value_max: Decimal | None = None
    approximate: bool = False
    unit: str = ""
    modifier: Bound = "none"


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why a text is no number: ``reason`` is an English phrase."""

    reason: str


def end_of_digits(view: str, pos: int) -> int:
    """Where the run of digits at ``pos`` ends."""
    found = _DIGITS.match(view, pos)
    return pos if found is None else found.end()


def scaled(digits: str, power: int) -> Decimal:
    """``digits`` (``3.56``) times ten to ``power``, exact and without an exponent.

    >>> scaled("3.56", 8), scaled("1.25", 1), scaled("10.0", 0)
    (Decimal('356000000'), Decimal('12.5'), Decimal('10.0'))
    """
    whole, _, fraction = digits.partition(".")
    if power >= len(fraction):
        return Decimal(whole + fraction + "0" * (power - len(fraction)))
    return Decimal(digits) if not power else Decimal(f"{int(whole + fraction[:power])}.{fraction[power:]}")


def arabic_value(digits: str, magnitude: str = "") -> Decimal | None:
    """Value of Arabic digits (groups already taken out) with a magnitude; None where either is not understood.

    >>> arabic_value("1100", "万")
    Decimal('11000000')
    """
    if len(digits) > MAX_DIGITS:
        return None
    if not magnitude:
        return Decimal(digits)
    power = MAGNITUDE.get(magnitude)
    return None if power is None else scaled(digits, power)


def _section(text: str, short: bool) -> int | None:
    """A number below 10,000 in Chinese numerals; ``short`` allows a final digit without its unit (四千五 = 4500)."""
    total, digit, last, zero = 0, -1, 10000, False
    for char in text:
        if char in _SMALL:
            unit = _SMALL[char]
            if unit >= last or digit == 0:
                return None
            if digit < 0:
                if char not in "十拾" or (total and not zero):
                    return None
                digit = 1
            total += digit * unit
            digit, last, zero = -1, unit, False
        elif char in "〇零":
            if digit >= 0 or zero:
                return None
            zero = True
        elif char in "廿卅":
            if total or digit >= 0:
                return None
            total, last = (20 if char == "廿" else 30), 10
        else:
            if digit >= 0 or char not in DIGITS:
                return None
            digit = DIGITS[char]
    if digit >= 0:
        if short and not zero and total and last >= 100:
            digit *= last // 10
        total += digit
    return total


def chinese_value(text: str) -> Decimal | None:
    """Value of a Chinese numeral, with decimals; None where the grammar is broken.

    >>> [str(chinese_value(t)) for t in ("二十三", "一百零五", "三万四千五", "两千", "廿一")]
    ['23', '105', '34500', '2000', '21']
    >>> [str(chinese_value(t)) for t in ("二〇二三", "三点五", "二十万亿")]
    ['2023', '3.5', '20000000000000']
    >>> chinese_value("三五") is None, chinese_value("百") is None
    (True, True)
    """
    if not text or len(text) > 2 * MAX_DIGITS:
        return None
    if len(text) == 1:
        return Decimal(ALONE[text]) if text in ALONE else None
    whole, point, rest = text.partition("点")
    if point:
        return _decimal(whole, rest)
    if len(text) > 2 and all(c in DIGITS for c in text):  # year style, digit by digit: 二〇二三
        return Decimal("".join(str(DIGITS[c]) for c in text))
    total, section, power, large = 0, "", 0, 99
    for char in text:
        if char not in _LARGE:
            section += char
            continue
        value = _section(section, short=False) if section else 0
        if value is None:
            return None
        if char == "亿" and large == 4:  # 二十万亿, 三千二百万亿: 亿 multiplies all that stands before it
            total, large = (total + value) * 10**8, 8
        elif not value or _LARGE[char] >= large:
            return None
        else:
            total, large = total + value * 10 ** _LARGE[char], _LARGE[char]
        section, power = "", large
    if section:
        if power and section in DIGITS and DIGITS[section]:  # 三万四 = 34000
            return Decimal(total + DIGITS[section] * 10 ** (power - 1))
        value = _section(section, short=True)
        if value is None:
            return None
        total += value
    return Decimal(total)


def _decimal(whole: str, rest: str) -> Decimal | None:
    end = 0
    while end < len(rest) and rest[end] in DIGITS:
        end += 1
    magnitude = rest[end:]
    head = chinese_value(whole)
    if not end or head is None or (magnitude and magnitude not in MAGNITUDE):
        return None
    digits = "".join(str(DIGITS[c]) for c in rest[:end])
    return scaled(f"{head}.{digits}", MAGNITUDE.get(magnitude, 0))


_TOKEN: Final = re.compile(r"\d+(?:\.\d+)?|[十百千万亿零〇]")


def mixed_value(text: str) -> Decimal | None:
    """Value of Arabic digits mixed with Chinese magnitudes; each part must fit below the one before it.

    >>> mixed_value("3万4000"), mixed_value("1千零20"), mixed_value("3亿5000万"), mixed_value("3万4")
    (Decimal('34000'), Decimal('1020'), Decimal('350000000'), None)
    >>> mixed_value("1千2百万"), mixed_value("1亿3千5百万"), mixed_value("3千5万")
    (Decimal('12000000'), Decimal('135000000'), None)
    """
    total = section = Decimal(0)  # 万 and 亿 multiply the section since the one before: (1千 + 2百) 万
    large, small, digits, zero = 99, 99, "", False
    for token in _TOKEN.findall(text):
        if token in "零〇":
            zero = True
        elif token in "十百千":
            power = MAGNITUDE.get(token, 1)
            if not digits or power >= small:
                return None
            section += scaled(digits, power)
            digits, small, zero = "", power, False
        elif token in "万亿":
            power = MAGNITUDE[token]
            if digits:
                if small < 99 and not _fits(digits, small, zero):
                    return None
                section += Decimal(digits)
            if large == 4 and (token == "亿" or not section):  # 3万亿, 3万5千亿, 1万万
                total, large = (total + section) * 10**power, 8
            elif not section or power >= large or section * 10**power >= Decimal(10) ** large:
                return None
            else:
                total, large = total + section * 10**power, power
            section, small, digits, zero = Decimal(0), 99, "", False
        else:
            digits = token
    if digits:
        if not _fits(digits, min(small, large), zero):
            return None
        section += Decimal(digits)
    return total + section if section < Decimal(10) ** large else None


def _fits(digits: str, below: int, zero: bool) -> bool:
    """Whether digits fill all places below a magnitude, or fewer of them after a 零."""
    width = len(digits)
    return "." not in digits and (width == below or (zero and width < below))
