"""One pass over the folded view: every numeric mention with its kind, in order and disjoint.

``scan`` finds each place where a number could begin (a digit, a Chinese numeral, 第, 每, a circled number, a Latin word
with digits) and gives it to the first reader that knows it: name, identifier, date, marker, ordinal, quantity. What a
figure *means* is decided elsewhere; here it gets its exact value, unit, bound and span.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from . import bounds, signs
from .broken import BREAKING, read_broken
from .dates import FOLLOWS, DateSpan, read_chinese_date, read_compact, read_date, year_like
from .identifiers import read_chinese_marker, read_identifier, read_marker, read_ordinal
from .lists import list_bound, share_unit
from .measure import PERSONS, PERSONS_OPEN, Quantity, take_sign
from .mention import Kind, Mention
from .names import Names
from .numerals import CHINESE, MAGNITUDE, MAX_DIGITS, Bound, scaled
from .quantity import OPEN, is_word, one_of, read_arabic, read_chinese, tenths_at
from .ratios import COMPARING, read_ratio
from .units import Units

__all__ = ["Kind", "Mention", "scan"]


def scan(view: str, units: Units, names: Names) -> list[Mention]:
    """All numeric mentions of a folded view (see :func:`extractor.reading.fold.fold`), in order and disjoint."""
    return _Scanner(view, units, names).run()


_CHINESE: Final = frozenset(CHINESE)
_DIGITS: Final = frozenset("0123456789")


class _Scanner:
    """The state of one pass: the view, the tables, the mentions so far."""

    __slots__ = ("found", "names", "size", "titles", "titles_end", "units", "view")

    def __init__(self, view: str, units: Units, names: Names) -> None:
        self.view = view
        self.size = len(view)
        self.units = units
        self.names = names
        self.found: list[Mention] = []
        spans = [m.span() for m in signs.TITLE.finditer(view)] if "《" in view else []
        self.titles = [s for s, _ in spans]
        self.titles_end = [e for _, e in spans]

    def run(self) -> list[Mention]:
        search, view, readers = signs.START.search, self.view, _READERS
        pos = 0
        while (hit := search(view, pos)) is not None:
            start, end = hit.span()
            digits_end = hit.end(1)
            if digits_end >= 0:
                pos = self._plain(start, digits_end, end)
            elif view[start] in _DIGITS:
                pos = self._digit(start, end)
            else:
                pos = readers[view[start]](self, start)
        return self.found

    def _add(self, start: int, end: int, kind: Kind, rule: str) -> int:
        self.found.append(Mention(start, end, end, kind, rule))
        return end

    def _quoted(self, start: int, end: int) -> bool:
        """Whether a short quotation holds the mention (“六个一”, “10.17”): a name, not a quantity."""
        opened = signs.QUOTED.search(self.view, max(0, start - 10), start)
        quote = signs.QUOTE.match(self.view, opened.start()) if opened is not None else None
        return quote is not None and end <= quote.end()

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
            return self._number(head.end())
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
        stop = self._chinese(pos) if view[pos] in CHINESE else self._number(pos)
        if len(self.found) == count + 1:
            mention = self.found[-1]
            if mention.kind == "figure" and mention.unit and mention.start == pos and mention.unit not in ("%", "次序"):
                mention.start = start
                printed = mention.unit.split("/")[1:]  # 每月120元/人 is 元/人/月
                mention.unit = "/".join([mention.unit, *[part for part in parts if part not in printed]])
        return stop

    def _number(self, start: int) -> int:
        """The number at a digit, where the pass has not looked whether it is plain."""
        hit = signs.START.match(self.view, start)
        if hit is None:
            return start + 1
        digits_end, end = hit.end(1), hit.end()
        return self._digit(start, end) if digits_end < 0 else self._plain(start, digits_end, end)

    def _plain(self, start: int, digits_end: int, end: int) -> int:
        """The common case: digits, 万 or 亿, a measure word at ``end``, and nothing that could change it.

        A shortcut with the result of :func:`read_arabic` (a test compares the two); most figures are this plain.
        """
        view, found = self.view, self.found
        entry = self.units.forms.get(view[end])
        if entry is None or digits_end - start > MAX_DIGITS or (self.titles and self._titled(start)):
            return self._digit(start, digits_end)
        stop, name = end + 1, entry[1]
        after = view[stop] if stop < self.size else ""
        if not name or after in entry[0]:  # a longer unit, or one that this follower may forbid
            unit = self.units.match(view, end)
            if unit is None:
                return self._digit(start, digits_end)
            stop, name = unit
            after = view[stop] if stop < self.size else ""
        if after in OPEN:
            return self._digit(start, digits_end)
        rule = ""
        if name == "个" and after in PERSONS_OPEN and PERSONS.match(view, stop):
            name, rule = "人", "unit from the noun after 个"
        power = 0 if end == digits_end else MAGNITUDE[view[digits_end:end]]
        value = scaled(view[start:digits_end], power) if power else Decimal(view[start:digits_end])
        if (
            (start and view[start - 1] in signs.LINKED)
            or (found and start - found[-1].end < 3)
            or name in signs.OF_DATES
        ):
            return self._quantity(Quantity(start, end, stop, value, None, name, False, rule, power))
        bound = bounds.before(view, start)
        if bound == "none" and after in bounds.OPENS:
            bound = bounds.after(view, stop, name in signs.DURATIONS)
        found.append(Mention(start, stop, end, "figure", rule, value, None, name, bound))
        return stop

    def _digit(self, start: int, end: int) -> int:
        """A number that is not plain, with its decimals up to ``end``. What follows says which readers to ask."""
        view = self.view
        point = view.find(".", start, end)
        stop = end if point < 0 else point
        follow = view[stop] if stop < self.size else ""
        after = view[end] if end < self.size else ""
        if stop - start > MAX_DIGITS and (run := signs.LONG.match(view, start)):
            return self._add(start, run.end(), "identifier", "digits beyond any number")
        name = self.names.match(view, start)
        if name is not None:
            return self._add(start, name[0], "name", name[1])
        marker = read_marker(view, start, stop, after)
        if marker is not None:
            return self._add(start, marker[0], "marker", marker[1])
        identifier = read_identifier(view, start, stop, self.units)
        if identifier is not None:
            return self._add(start, identifier[0], "identifier", identifier[1])
        date = read_date(view, start, stop) if follow in FOLLOWS else None
        if date is not None:
            return self._date(start, date)
        # A second point, a letter or a comma breaks the number; decimals alone do not.
        breaking = after in BREAKING if point < 0 else after == "."
        broken = read_broken(view, start, follow, self.units) if breaking else None
        if broken is not None:
            return self._add(start, *broken)
        if self.titles and self._titled(start):
            quantity = read_arabic(view, start, self.units)
            return self._add(start, quantity.end if quantity else start + 1, "name", "title")
        compared = read_ratio(view, start, after) if after in COMPARING else None
        if compared is not None:
            return self._ratio(compared)
        tenth = tenths_at(view, start)
        quantity = tenth if tenth is not None else read_arabic(view, start, self.units)
        if quantity is None:
            while stop < len(view) and (view[stop].isdigit() or view[stop] in ".,"):
                stop += 1
            while view[stop - 1] in ".,":
                stop -= 1
            return self._add(start, stop, "identifier", "digits beyond any number")
        return self._quantity(quantity)

    def _ratio(self, q: Quantity) -> int:
        if q.rule == "fraction":
            self._figure(q)
        else:  # no words make 3:1 a bound
            self.found.append(Mention(q.start, q.end, q.end, "figure", q.rule, q.value, None, q.unit))
        return q.end

    def _date(self, start: int, date: DateSpan) -> int:
        kind: Kind = "name" if self._titled(start) else "date"
        rule = "title" if kind == "name" else date.rule
        mention = Mention(start, date.end, date.end, kind, rule)
        mention.date = (date.first, date.last, date.flag)
        self.found.append(mention)
        return date.end

    def _quantity(self, q: Quantity) -> int:
        if not q.unit:
            return self._unmeasured(q)
        if q.start and self.view[q.start - 1] in "-负":
            take_sign(self.view, q)
        self._figure(q)
        return q.end

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
            share_unit(view, found, q)
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
                bound = list_bound(view, found, q, bound)
        self.found.append(Mention(q.start, q.end, q.number_end, "figure", q.rule, q.value, q.value_max, q.unit, bound))

    def _era(self, q: Quantity) -> None:
        """民国二十三年: a year of an era; only those of the Republic have one fixed year of the common era."""
        view = self.view
        year = str(1911 + int(q.value)) if view[q.start - 2 : q.start] == "民国" and q.value < 100 else ""
        self._date(q.start, DateSpan(q.end, year, None, "", "era"))

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
        take_sign(view, q)
        if q.power and self.found and (last := self.found[-1]).kind == "figure" and q.start - last.end < 25:
            between = view[last.end : q.start]  # 存栏4.2万头，出栏2.1万
            if view[last.number_end - 1] in "万亿" and "。" not in between and "\n" not in between:
                q.unit, q.rule = last.unit, "unit from the figure before"
                self._figure(q)
                return q.end
        self.found.append(Mention(q.start, q.end, q.number_end, "bare", "", q.value, q.value_max, ""))
        return q.end

    def _cued(self, start: int) -> bool:
        """Whether the words before 一 with a measure make it the number one (共一个), not an article (一个, 一批)."""
        view = self.view
        before = view[start - 1] if start else ""
        if before == "每":
            return False
        if before not in signs.ARTICLE_CUES_END and view.find("每", max(0, start - 6), start) < 0:
            return False
        return signs.ARTICLE_CUES.search(view, max(0, start - 6), start) is not None

    def _chinese(self, start: int) -> int:
        view = self.view
        name = self.names.match(view, start)
        if name is not None:
            return self._add(start, name[0], "name", name[1])
        marker = read_chinese_marker(view, start)
        if marker is not None:
            return self._add(start, marker[0], "marker", marker[1])
        word = self.names.word(view, start)
        if word != start:
            return self._add(start, word, "name", "word")
        date = read_chinese_date(view, start)
        if date is not None:
            return self._date(start, date)
        if is_word(view, start, self.units):
            return start + 1
        if view[start] == "一":
            if start and view[start - 1] in signs.NO_ONE:
                return self._end_of_run(start)
            article = one_of(view, start, self.units)
            if article is not None and article[1] in self.names.article and not self._cued(start):
                return self._add(start, article[0], "name", "title" if self._titled(start) else "article")
        quantity = read_chinese(view, start, self.units)
        if quantity is None:
            return self._unread(start, self._end_of_run(start))
        if self.titles and self._titled(start):
            return self._add(start, quantity.end, "name", "title")
        if view[start] == "一" and quantity.number_end == start + 1 and quantity.unit in self.names.article:
            one = quantity.value == 1 and quantity.rule != "range"  # 一年半 is more, 一至三个 a range
            if (one and not self._cued(start)) or view[start - 1 : start] == "每":
                return self._add(start, quantity.end, "name", "article")
        if not quantity.power and self._quoted(start, quantity.end):
            return self._add(start, quantity.end, "name", "quoted")
        self._figure(quantity)
        return quantity.end

    def _end_of_run(self, start: int) -> int:
        """Where the Chinese numerals from ``start`` on end."""
        stop = start + 1
        while stop < self.size and self.view[stop] in _CHINESE:
            stop += 1
        return stop

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


_READERS: Final[dict[str, Callable[[_Scanner, int], int]]] = {
    **dict.fromkeys(CHINESE + "数几", _Scanner._chinese),
    **dict.fromkeys(map(chr, (*range(65, 91), *range(97, 123))), _Scanner._latin),
    **dict.fromkeys(signs.CIRCLED_SIGNS, _Scanner._circled),
    "第": _Scanner._ordinal,
    "每": _Scanner._per,
    "无": _Scanner._none,
}
