"""One pass over the folded view: every numeric mention with its kind, in order and disjoint.

``scan`` finds each place where a number could begin (a digit, a Chinese numeral, 第, 每, a circled number, a Latin word
with digits) and gives it to the first reader that knows it: name, identifier, date, marker, ordinal, quantity. What a
figure *means* is decided elsewhere; here it gets its exact value, unit, bound and span.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from decimal import Decimal

from . import bounds, signs
from .dates import DateSpan, read_chinese_date, read_compact, read_date, year_like
from .identifiers import read_identifier, read_marker, read_ordinal
from .measure import Quantity
from .mention import Kind, Mention
from .names import Names
from .numerals import CHINESE, MAX_DIGITS, Bound, scaled
from .quantity import read_arabic, read_chinese, read_plain, tenths_at
from .units import Units

__all__ = ["Kind", "Mention", "scan"]


def scan(view: str, units: Units, names: Names) -> list[Mention]:
    """All numeric mentions of a folded view (see :func:`extractor.reading.fold.fold`), in order and disjoint."""
    return _Scanner(view, units, names).run()


class _Scanner:
    """The state of one pass: the view, the tables, the mentions so far."""

    __slots__ = ("found", "names", "quotes", "quotes_end", "titles", "titles_end", "units", "view")

    def __init__(self, view: str, units: Units, names: Names) -> None:
        self.view = view
        self.units = units
        self.names = names
        self.found: list[Mention] = []
        spans = [m.span() for m in signs.TITLE.finditer(view)]
        self.titles = [s for s, _ in spans]
        self.titles_end = [e for _, e in spans]
        spans = [m.span() for m in signs.QUOTE.finditer(view)]
        self.quotes = [s for s, _ in spans]
        self.quotes_end = [e for _, e in spans]

    def run(self) -> list[Mention]:
        search, view, readers = signs.START.search, self.view, _READERS
        pos = 0
        while (hit := search(view, pos)) is not None:
            start = hit.start()
            pos = readers[view[start]](self, start)
        return self.found

    def _add(self, start: int, end: int, kind: Kind, rule: str) -> int:
        self.found.append(Mention(start, end, end, kind, rule))
        return end

    def _quoted(self, start: int, end: int) -> bool:
        """Whether a short quotation holds the mention (“六个一”, “10.17”): a name, not a quantity."""
        k = bisect_right(self.quotes, start) - 1
        return k >= 0 and end <= self.quotes_end[k]

    def _titled(self, pos: int) -> bool:
        if not self.titles:
            return False
        k = bisect_right(self.titles, pos) - 1
        return k >= 0 and pos < self.titles_end[k]

    # -- readers: each gets the span of what it starts on and returns where to go on

    def _latin(self, start: int) -> int:
        """A Latin word: PM2.5, a URL, a code; or letters that only touch a figure (GDP4000亿元)."""
        view = self.view
        found = signs.WORD.match(view, start)
        word = found[0] if found is not None else view[start]
        if not signs.HAS_DIGIT(word):
            return start + len(word)
        head = signs.LETTERS.match(view, start)
        if head is not None:
            return self._digit(head.end())
        while word[-1] in ".:/-?&=~+%#":
            word = word[:-1]
        return self._add(start, start + len(word), "identifier", "code" if "/" not in word else "address")

    def _circled(self, start: int) -> int:
        return self._add(start, start + 1, "marker", "circled")

    def _none(self, start: int) -> int:
        unit = self.units.match(self.view, start + 2)
        stop, name = unit if unit is not None else (start + 3, self.view[start + 2])
        self.found.append(Mention(start, stop, start + 2, "figure", "negated", Decimal(0), None, name))
        return stop

    def _ordinal(self, start: int) -> int:
        number = start + 1 + self.view.startswith(" ", start + 1)
        read = read_ordinal(self.view, start, number, self.units)
        if read is None:
            return number
        stop, rule, value = read
        self.found.append(Mention(start, stop, stop, "ordinal", rule, value, None, "位" if rule == "rank" else ""))
        return stop

    def _per(self, start: int) -> int:
        """每人每月300元: a rate prefix that touches the number."""
        view, pos = self.view, start
        parts: list[str] = []
        while view.startswith("每", pos) and len(parts) < 4:  # no rate has more; bounded, so the pass stays linear
            part = self.units.base(view, pos + 1)
            if part is None:
                return start + 1
            pos = part[0]
            parts.append(part[1])
        if pos >= len(view) or view[pos] not in signs.NUMERALS:
            return start + 1
        count = len(self.found)
        stop = self._chinese(pos) if view[pos] in CHINESE else self._digit(pos)
        if len(self.found) == count + 1:
            mention = self.found[-1]
            if mention.kind == "figure" and mention.unit and mention.start == pos and mention.unit not in ("%", "次序"):
                mention.start = start
                printed = mention.unit.split("/")[1:]  # 每月120元/人 is 元/人/月
                mention.unit = "/".join((mention.unit, *(part for part in parts if part not in printed)))
        return stop

    def _digit(self, start: int) -> int:
        view = self.view
        plain = read_plain(view, start, self.units)
        if plain is not None and not (self.titles and self._titled(start)):
            return self._quantity(plain)
        if view[start + MAX_DIGITS : start + MAX_DIGITS + 1].isdigit() and (run := signs.LONG.match(view, start)):
            return self._add(start, run.end(), "identifier", "digits beyond any number")
        name = self.names.match(view, start)
        if name is not None:
            return self._add(start, name[0], "name", name[1])
        marker = read_marker(view, start)
        if marker is not None:
            return self._add(start, marker[0], "marker", marker[1])
        identifier = read_identifier(view, start, self.units)
        if identifier is not None:
            return self._add(start, identifier[0], "identifier", identifier[1])
        date = read_date(view, start)
        if date is not None:
            return self._date(start, date)
        broken = self._broken(start)
        if broken is not None:
            return broken
        if self._titled(start):
            quantity = read_arabic(view, start, self.units)
            return self._add(start, quantity.end if quantity else start + 1, "name", "title")
        ratio = signs.RATIO.match(view, start)
        if ratio is not None:
            below = Decimal(1) if ratio[3] else Decimal(ratio[2])  # 3:36:61 has no single value: its first part stands
            value = Decimal(ratio[1]) / below if below else None
            if value is not None:
                if value == value.to_integral_value():
                    value = value.quantize(Decimal(1))
                self.found.append(Mention(start, ratio.end(), ratio.end(), "figure", "ratio", value, None, "比例"))
                return ratio.end()
        part = signs.PART_OF.match(view, start)
        if part is not None and start and "\u4e00" <= view[start - 1] <= "\u9fff" and int(part[1]) < int(part[2]):
            value, stop = Decimal(part[1]) / Decimal(part[2]), part.end()
            self._figure(Quantity(start, stop, stop, value, None, "比例", True, "fraction"))
            return stop
        tenth = tenths_at(view, start)
        quantity = tenth if tenth is not None else read_arabic(view, start, self.units)
        if quantity is None:
            stop = start
            while stop < len(view) and (view[stop].isdigit() or view[stop] in ".,"):
                stop += 1
            while view[stop - 1] in ".,":
                stop -= 1
            return self._add(start, stop, "identifier", "digits beyond any number")
        return self._quantity(quantity)

    def _date(self, start: int, date: DateSpan) -> int:
        kind: Kind = "name" if self._titled(start) else "date"
        rule = "title" if kind == "name" else date.rule
        mention = Mention(start, date.end, date.end, kind, rule)
        mention.date = (date.first, date.last, date.flag)
        self.found.append(mention)
        return date.end

    def _broken(self, start: int) -> int | None:
        """3.5.6万元, 12O万元, 1,2345万元: numbers that cannot be read, never guessed."""
        view = self.view
        dots = signs.DOTS.match(view, start)
        if dots is not None:
            unit = self.units.match(view, dots.end())
            if view[dots.end() : dots.end() + 1] in ("万", "亿") or unit is not None:
                quantity = read_arabic(view, view.rfind(".", start, dots.end()) + 1, self.units)
                return self._add(
                    start, quantity.end if quantity else dots.end(), "malformed", "more than one decimal point"
                )
            return self._add(start, dots.end(), "identifier", "dotted number")
        letter = signs.LETTER_O.match(view, start)
        if letter is not None:
            tail = re.compile(r"[十百千万亿]*").match(view, letter.end())
            stop = tail.end() if tail else letter.end()
            unit = self.units.match(view, stop)
            return self._add(start, unit[0] if unit else stop, "malformed", "a letter among the digits")
        groups = signs.BROKEN_GROUPS.match(view, start)
        if groups is not None:
            quantity = read_arabic(view, view.find(",", start) + 1, self.units)
            return self._add(
                start, quantity.end if quantity else groups.end(), "malformed", "thousands groups are broken"
            )
        return None

    def _quantity(self, q: Quantity) -> int:
        view, start = self.view, q.start
        previous = view[start - 1 : start]
        if not q.unit:
            return self._unmeasured(q)
        if previous == "-" or previous == "负":
            self._signed(q)
        self._figure(q)
        return q.end

    def _signed(self, q: Quantity) -> None:
        """Take a minus sign or 负 that touches the number into it; a hyphen after a digit or letter is no sign."""
        if not q.start:
            return
        sign, before = self.view[q.start - 1], self.view[q.start - 2 : q.start - 1] if q.start > 1 else ""
        if sign == "-":
            negative = before in signs.SIGN_AFTER or (not before.isascii() and before not in "年月日号—")
        else:
            negative = sign == "负" and before not in signs.NO_SIGN
        if negative:
            q.value, q.start = -q.value, q.start - 1
            if q.value_max is not None:
                q.value, q.value_max = -q.value_max, q.value

    def _figure(self, q: Quantity) -> None:
        view, found = self.view, self.found
        unit = q.unit
        if unit == "年" and view[max(0, q.start - 2) : q.start] in signs.ERAS:
            self._era(q)
            return
        if unit == "度" and year_like(view[q.start : q.number_end]):
            self._date(q.start, DateSpan(q.end, view[q.start : q.number_end], None, "", "year"))
            return
        if found and found[-1].kind == "bare" and q.rule != "range" and q.start and view[q.start - 1] in "、和及与":
            self._share(q)
        elif (
            (unit == "位" or unit == "人")
            and view.startswith("位", q.number_end)
            and signs.RANKED.search(view, max(0, q.start - 6), q.start)
        ):
            found.append(Mention(q.start, q.end, q.number_end, "ordinal", "rank", q.value, q.value_max, "位"))
            return
        bound: Bound = "range" if q.rule == "range" else "none"
        if bound == "none":
            bound = bounds.before(view, q.start)
            if bound == "none" and view[q.end : q.end + 1] in bounds.OPENS:
                bound = bounds.after(view, q.end, q.unit in signs.DURATIONS)
            if bound == "none" and q.approx:
                bound = "approx"
            if found and q.start - found[-1].end < 3:
                bound = self._list_bound(q, bound)
        self.found.append(Mention(q.start, q.end, q.number_end, "figure", q.rule, q.value, q.value_max, q.unit, bound))

    def _era(self, q: Quantity) -> None:
        """民国二十三年: a year of an era; only those of the Republic have one fixed year of the common era."""
        view = self.view
        year = str(1911 + int(q.value)) if view[q.start - 2 : q.start] == "民国" and q.value < 100 else ""
        self._date(q.start, DateSpan(q.end, year, None, "", "era"))

    def _list_bound(self, q: Quantity, bound: Bound) -> Bound:
        """分别达到95%、90%以上: one bound for all members of a list, printed before the first or after the last."""
        view, last = self.view, self.found[-1]
        if last.kind != "figure" or view[last.end : q.start] not in signs.JOINTS or last.value_max is not None:
            return bound
        pair = last.unit == "户" and q.unit == "人"
        if not (last.unit == q.unit or pair):
            return bound
        if bound == "none":
            led = last.modifier != "none" and bounds.before(view, last.start) == last.modifier
            return last.modifier if led and "分别" in view[max(0, last.start - 30) : last.start] else bound
        if bounds.after(view, q.end, False) != bound:
            return bound
        start, members = q.start, []
        for mention in reversed(self.found):
            if mention.kind != "figure" or mention.modifier != "none" or view[mention.end : start] not in signs.JOINTS:
                break
            members.append(mention)
            start = mention.start
        if members and (pair or "分别" in view[max(0, start - 40) : start]):
            for mention in members:
                mention.modifier = bound
        return bound

    def _share(self, q: Quantity) -> None:
        """12.3、15.6和18.9万吨: the numbers before share the unit and the magnitude printed once."""
        start = q.start
        for mention in reversed(self.found):
            if mention.kind != "bare" or mention.value is None or self.view[mention.end : start] not in signs.JOINTS:
                return
            mention.kind, mention.unit, mention.rule = "figure", q.unit, "unit from the list"
            if q.power and mention.number_end - mention.start == len(
                self.view[mention.start : mention.end].rstrip("万亿千百")
            ):
                mention.value = scaled(str(mention.value), q.power)
            start = mention.start

    def _unmeasured(self, q: Quantity) -> int:
        """A number without a unit: a year, a compact date, or bare."""
        view = self.view
        text = view[q.start : q.end]
        if not q.power and not q.approx:
            if year_like(text):
                after = view[q.end : q.end + 1]
                mention = Mention(q.start, q.end, q.end, "bare", "year_like", q.value, None)
                mention.date = (text, None, "")
                if after and (
                    (after in "、和及与/" and view[q.end + 1 : q.end + 3] in ("19", "20"))
                    or "\u4e00" <= after <= "\u9fff"
                    or (after == ")" and view[q.start - 1 : q.start] == "(")
                ):
                    mention.kind, mention.rule = "date", "bare_year"
                if self._titled(q.start):
                    mention.kind, mention.rule = "name", "title"
                self.found.append(mention)
                return q.end
            compact = read_compact(view, q.start) if len(text) in (6, 8) else None
            if compact is not None:
                return self._date(q.start, compact)
        if not q.power and self._quoted(q.start, q.end):
            return self._add(q.start, q.end, "name", "quoted")
        self._signed(q)
        if q.power and self.found and (last := self.found[-1]).kind == "figure" and q.start - last.end < 25:
            between = view[last.end : q.start]  # 存栏4.2万头，出栏2.1万
            if view[last.number_end - 1] in "万亿" and "。" not in between and "\n" not in between:
                q.unit, q.rule = last.unit, "unit from the figure before"
                self._figure(q)
                return q.end
        self.found.append(Mention(q.start, q.end, q.number_end, "bare", "", q.value, q.value_max, ""))
        return q.end

    def _article(self, q: Quantity) -> bool:
        """Whether 一 with a measure is the indefinite article (一个, 一批) and not the number one (共一个, 一年半)."""
        if self.view[q.start - 1 : q.start] == "每":
            return True
        cued = signs.ARTICLE_CUES.search(self.view, max(0, q.start - 6), q.start)
        return q.value == 1 and q.rule != "range" and not cued

    def _chinese(self, start: int) -> int:
        view = self.view
        name = self.names.match(view, start)
        if name is not None:
            return self._add(start, name[0], "name", name[1])
        marker = read_marker(view, start)
        if marker is not None:
            return self._add(start, marker[0], "marker", marker[1])
        word = self.names.word(view, start)
        if word != start:
            return self._add(start, word, "name", "word")
        date = read_chinese_date(view, start)
        if date is not None:
            return self._date(start, date)
        stop = start + 1
        while view[stop : stop + 1] and view[stop] in CHINESE:
            stop += 1
        if view[start - 1 : start] in signs.NO_ONE and view[start] == "一":
            return stop
        quantity = read_chinese(view, start, self.units)
        if quantity is None:
            return self._unread(start, stop)
        if self._titled(start):
            return self._add(start, quantity.end, "name", "title")
        if (
            view[start : quantity.number_end] == "一"
            and quantity.unit in self.names.article
            and self._article(quantity)
        ):
            return self._add(start, quantity.end, "name", "article")
        if not quantity.power and self._quoted(start, quantity.end):
            return self._add(start, quantity.end, "name", "quoted")
        self._figure(quantity)
        return quantity.end

    def _unread(self, start: int, stop: int) -> int:
        """A run of numerals that is no quantity: a word, unless a measure shows that something stands before one.

        万二十三户 is read from its first digit on; 五三五户 breaks the grammar and says so.
        """
        view = self.view
        lead = start
        while lead < stop and view[lead] in "百千万亿佰仟":
            lead += 1
        if stop - lead < 2 - (lead > start and view[lead : lead + 1] != "一"):
            return stop
        if self.units.match(view, stop, True) is None:
            return stop
        if lead > start:
            return lead
        return self._add(start, stop, "malformed", "the numeral breaks the grammar")


_READERS: dict[str, Callable[[_Scanner, int], int]] = {
    **dict.fromkeys("0123456789", _Scanner._digit),
    **dict.fromkeys(CHINESE + "数几", _Scanner._chinese),
    **dict.fromkeys(map(chr, (*range(65, 91), *range(97, 123))), _Scanner._latin),
    **dict.fromkeys(signs.CIRCLED_SIGNS, _Scanner._circled),
    "第": _Scanner._ordinal,
    "每": _Scanner._per,
    "无": _Scanner._none,
}
