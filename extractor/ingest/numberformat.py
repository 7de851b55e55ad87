"""What Excel shows for a stored value: number formats (ECMA-376 part 1, 18.8.31), the part of them that reports use.

A cell stores 0.125 and shows 12.50%. The figure is what is shown; the quote has to be the text.
"""

from __future__ import annotations

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal

#: Formats that a file uses without spelling them out; 27 to 36 and 50 to 58 as Chinese Excel sets them.
BUILTIN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00",
    
    40: "#,##0.00;-#,##0.00", 41: "#,##0", 42: "#,##0", 43: "#,##0.00", 44: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss.0", 48: "##0.0E+0", 49: "@", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: "h:mm", 35: "h:mm:ss",
    36: 'yyyy"年"m"月"', 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"',
    55: "h:mm", 56: "h:mm:ss", 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}
_TOKEN = re.compile(
    r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|AM/PM|A/P|上午/下午|y+|m+|d+|h+|s+|E[+-]|e|[0#?.,%/]+|General|@|.', re.I | re.S)
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DATE = re.compile(r"[ymdhs]|e(?![+-])", re.I)
_DIGITS = re.compile(r"[0#?]")
_ERRORS = re.compile(r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")
_LONGEST = 400
_MOST_DIGITS = 24


def shown(stored: str, form: str, date1904: bool = False) -> str:
    """The text that a numeric cell shows. ``stored`` is the number as the file writes it.

    A number that is no number, or a format that is not known, is shown as it is stored.

    >>> shown("0.125", "0.00%"), shown("1234567.5", "#,##0.00"), shown("45291", 'yyyy"年"m"月"d"日"')
    ('12.50%', '1,234,567.50', '2023年12月31日')
    >>> shown("0.1", "General"), shown("1.1000000000000001", "General"), shown("-3.5", '0.0"万元";(0.0"万元")')
    ('0.1', '1.1', '(3.5万元)')
    """
    try:
        value = +Decimal(stored)  # a spreadsheet keeps seventeen digits; more than 28 are not meant
        return _shown(value, form[:_LONGEST], date1904) if value.is_finite() else stored
    except ArithmeticError:  # no number, or beyond what decimal holds
        return stored


def _shown(value: Decimal, form: str, date1904: bool) -> str:
    if abs(value.adjusted()) > _MOST_DIGITS:
        return str(value.normalize())
    section, negative = _section(form, value)
    bare = _QUOTED.sub("", section)
    if "general" in bare.lower() or not (_DIGITS.search(bare) or _DATE.search(bare)):
        if section.strip() in ("", "@") or "general" in bare.lower():
            return _literal(section, general(value))
        return _literal(section, "") or general(value)
    if _DATE.search(bare) and not _DIGITS.search(bare.replace(".0", "")):
        return _date(value, section, date1904) or general(value)
    return _number(abs(value) if negative else value, section)


def general(value: Decimal) -> str:
    """A number under the format General: whole numbers in full, others to about eleven characters as Excel does."""
    if value == value.to_integral_value():
        return str(value.quantize(Decimal(1)))
    whole = max(value.adjusted() + 1, 1)
    if value.adjusted() < -9:
        return str(value.normalize())
    return _plain(value.quantize(Decimal(1).scaleb(-max(10 - whole, 0)), ROUND_HALF_UP))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _section(form: str, value: Decimal) -> tuple[str, bool]:
    """The part of a format that holds for a value, and whether that part prints the sign itself."""
    parts = _split(form)
    if len(parts) == 1 or value > 0:
        return parts[0], False
    if value == 0:
        return (parts[2] if len(parts) > 2 else parts[0]), False
    return parts[1], True


def _split(form: str) -> list[str]:
    parts, last = [], 0
    for token in re.finditer(r'"[^"]*"|\\.|;', form):
        if token[0] == ";":
            parts.append(form[last:token.start()])
            last = token.end()
    return [*parts, form[last:]]


def _words(token: str) -> str | None:
    """What a token prints by itself; None for a placeholder."""
    if token.startswith('"'):
        return token[1:-1]
    if token.startswith("\\"):
        return token[1:]
    if token.startswith("_"):
        return " "
    if token.startswith("*"):
        return ""
    if token.startswith("["):
        currency = re.match(r"\[\$([^\]-]*)", token)
        return currency[1] if currency else ""
    return None


def _literal(section: str, middle: str) -> str:
    """A section without digits: its words, with ``middle`` where General or @ stands."""
    out = []
    for token in _TOKEN.findall(section):
        words = _words(token)
        if words is None and token.lower() in ("general", "@"):
            out.append(middle)
        else:
            out.append(token if words is None else words)
    return "".join(out).strip() or middle


def _number(value: Decimal, section: str) -> str:
    tokens = [(token, _words(token)) for token in _TOKEN.findall(section)]
    pattern = "".join(token for token, words in tokens if words is None and re.fullmatch(r"[0#?.,%/]+", token))
    if "/" in pattern or any(re.fullmatch(r"E[+-]", token, re.I) for token, _ in tokens):
        return general(value)  # fractions and powers of ten: the value itself says more
    percent = sum(token.count("%") for token, words in tokens if words is None)
    digits = pattern.replace("%", "")
    whole, _, fraction = digits.partition(".")
    scale = len(digits) - len(digits.rstrip(",")) if not fraction else len(fraction) - len(fraction.rstrip(","))
    whole, fraction = whole.rstrip(",") if not fraction else whole, fraction.replace(",", "")
    value = value.scaleb(2 * percent - 3 * scale)
    places = len(fraction)
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{abs(rounded):f}"
    left, _, right = text.partition(".")
    left = left.lstrip("0").rjust(whole.count("0"), "0")
    if "," in whole and left:
        left = f"{int(left):,}".rjust(len(left), "0")
    optional = len(fraction) - len(fraction.rstrip("#"))
    while optional and right.endswith("0"):
        right, optional = right[:-1], optional - 1
    body = left + (f".{right}" if right else "")
    sign = "-" if rounded < 0 else ""
    out, placed = [], False
    for token, words in tokens:
        if words is not None:
            out.append(words)
        elif _DIGITS.search(token) or token.strip("%") in (".", ","):
            if not placed:
                out.append(body or "0")
                placed = True
            out.append("%" * token.count("%"))
        else:
            out.append(token)
    return sign + "".join(out).strip()


def _date(value: Decimal, section: str, date1904: bool) -> str | None:
    """A date or time; None where the number is none."""
    try:
        days = int(value // 1)
        seconds = int(((value % 1) * 86400).to_integral_value(ROUND_HALF_UP))
        # Day 60 is the 29 February 1900 that never was; what is before it is off by one.
        base = datetime.datetime(1904, 1, 1) if date1904 else datetime.datetime(1899, 12, 30 if days > 59 else 31)
        moment = base + datetime.timedelta(days=days, seconds=seconds)
    except (ArithmeticError, ValueError):
        return None
    out: list[str] = []
    tokens = _TOKEN.findall(section)
    afternoon = any(token.lower() in ("am/pm", "a/p", "上午/下午") for token in tokens)
    previous = ""
    for i, token in enumerate(tokens):
        words = _words(token)
        low = token.lower()
        if words is not None and not re.fullmatch(r"\[[hms]+\]", low):
            out.append(words)
            continue
        kind = low.strip("[]")[:1]
        if kind in ("y", "e"):
            out.append(f"{moment.year:04d}" if len(low) > 2 or kind == "e" else f"{moment.year % 100:02d}")
        elif kind == "m":
            following = next((t.lower()[:1] for t in tokens[i + 1:] if t.lower()[:1] in "ymdhs"), "")
            minutes = previous == "h" or following == "s"
            number = moment.minute if minutes else moment.month
            out.append(f"{number:02d}" if len(low.strip("[]")) == 2 else str(number))
        elif kind == "d":
            out.append(f"{moment.day:02d}" if len(low) == 2 else str(moment.day) if len(low) == 1 else "")
        elif kind == "h":
            hour = (moment.hour - 1) % 12 + 1 if afternoon else moment.hour
            if low.startswith("["):
                hour = days * 24 + moment.hour
            out.append(f"{hour:02d}" if len(low) == 2 else str(hour))
        elif kind == "s":
            out.append(f"{moment.second:02d}")
        elif low in ("am/pm", "a/p", "上午/下午"):
            out.append(("AM", "PM")[moment.hour >= 12] if low == "am/pm" else ("上午", "下午")[moment.hour >= 12])
        else:
            out.append("" if re.fullmatch(r"\.?0+", token) else token)
        previous = kind if kind in ("y", "m", "d", "h", "s") else previous
    return "".join(out).strip()


def is_error(text: str) -> bool:
    """Whether a cell shows an error instead of a value."""
    return _ERRORS.fullmatch(text) is not None
