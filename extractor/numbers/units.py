"""Units and measure words: the table of ``patterns/units.yaml``, compiled for look-up at a position of the text.

A figure keeps its printed unit under one name (名 -> 人, 千米 -> 公里); nothing is converted here except by
:meth:`Units.convert`, which observations use. Rates are built by rule from any two units (元/人/月, 微克/立方米).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from ..errors import PatternError
from ..patternfiles import Fields, Problems, read

__all__ = ["Unit", "Units", "load_units"]


@dataclass(frozen=True, slots=True)
class Unit:
    """One entry of ``units.yaml``; ``factor`` times the unit gives ``base``. Examples map a text to its value."""

    name: str
    surfaces: tuple[str, ...]
    dimension: str
    base: str
    factor: Decimal
    not_before: tuple[str, ...]
    not_before_chinese: tuple[str, ...]
    chinese: bool
    nouns: tuple[str, ...]
    examples: tuple[tuple[str, str], ...]
    rejects: tuple[str, ...]
    line: int


#: What is looked up at a position: surface, name, forbidden followers, those after a Chinese numeral, Chinese allowed.
_Form = tuple[str, str, tuple[str, ...], tuple[str, ...], bool]
#: What one first character begins: by the second character, the forms among which that one decides, longest first;
#: for every other second character the unit of the first one alone ('' for none) and whether Chinese numerals have it.
_Entry = tuple[dict[str, tuple[_Form, ...]], str, bool]
_ASCII_WORD: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _entry(forms: list[_Form]) -> _Entry:
    """The forms of one first character, arranged so that most followers need no comparison at all."""
    alone = [form for form in forms if len(form[0]) == 1]
    seconds = {form[0][1]: None for form in forms if len(form[0]) > 1}
    for surface, _, _, blockers, _ in alone:
        seconds.update(dict.fromkeys(blocker[:1] for blocker in blockers))
        if surface.isascii() and surface.isalpha():
            seconds.update(dict.fromkeys(_ASCII_WORD))
    decided = {second: tuple([form for form in forms if form[0][1:2] in ("", second)]) for second in seconds}
    return (decided, alone[0][1], alone[0][4]) if alone else (decided, "", False)


class Units:
    """All units, ready for matching on the folded view. Build with :func:`load_units`."""

    def __init__(self, entries: list[Unit], rate_bases: tuple[str, ...] = ()) -> None:
        self.entries = tuple(entries)
        self.by_name = {unit.name: unit for unit in entries}
        forms: dict[str, list[_Form]] = {}
        for unit in entries:
            for surface in unit.surfaces:
                form = (surface, unit.name, unit.not_before, unit.not_before_chinese + unit.not_before, unit.chinese)
                forms.setdefault(surface[0], []).append(form)
        for found in forms.values():
            found.sort(key=lambda form: (-len(form[0]), form[0]))
        self.forms: dict[str, _Entry] = {char: _entry(found) for char, found in forms.items()}
        """By first character; a character that is not in it begins no unit."""
        self._bases: dict[str, tuple[tuple[str, str], ...]] = {}
        bases: dict[str, dict[str, str]] = {}
        for unit in entries:
            for surface in unit.surfaces:
                bases.setdefault(surface[0], {}).setdefault(surface, unit.name)
        for base in rate_bases:
            bases.setdefault(base[0], {})[base] = "人" if base in ("名", "位") else base
        for char, table in bases.items():
            self._bases[char] = tuple(sorted(table.items(), key=lambda item: (-len(item[0]), item[0])))
        nouns = sorted(((noun, unit.name) for unit in entries for noun in unit.nouns), key=lambda n: (-len(n[0]), n[0]))
        self.noun_unit = dict(reversed(nouns))
        #: A noun within a few characters after the number (30749贫困人口), or at the end of the text before it.
        group = "|".join(re.escape(noun) for noun, _ in nouns) or r"(?!)"
        self.noun_after = re.compile(rf"[\u4e00-\u9fff]{{0,6}}?({group})")
        self.noun_before = re.compile(rf"({group})(?:总?[数额]|为|是|有|达到?|约|近|共计?|超过?|突破)?\Z")

    def match(self, view: str, pos: int, chinese: bool = False, long: bool = False) -> tuple[int, str] | None:
        """The longest unit at ``pos``: ``(end, name)``.

        ``chinese`` says that the number before is in Chinese numerals, ``long`` that it has three of them or more, so
        that it cannot be the beginning of a word such as 十分 or 一度.
        """
        size = len(view)
        entry = self.forms.get(view[pos]) if pos < size else None
        if entry is None:
            return None
        decided, alone, after_chinese = entry
        forms = decided.get(view[pos + 1] if pos + 1 < size else "")
        if forms is None:
            if alone and (not chinese or after_chinese or long):
                return pos + 1, alone
            return None
        for surface, name, not_before, not_before_chinese, allowed in forms:
            if not view.startswith(surface, pos):
                continue
            if chinese and not (allowed or long):
                continue
            end = pos + len(surface)
            blocked = not_before_chinese if chinese else not_before
            if blocked and view.startswith(blocked, end):
                continue
            if (
                surface[-1].isascii()
                and surface[-1].isalpha()
                and view[end : end + 1].isalnum()
                and view[end].isascii()
            ):
                continue
            return end, name
        return None

    def base(self, view: str, pos: int) -> tuple[int, str] | None:
        """The longest word at ``pos`` that may stand in the per part of a rate."""
        table = self._bases.get(view[pos : pos + 1])
        if table is not None:
            for surface, name in table:
                if view.startswith(surface, pos):
                    return pos + len(surface), name
        return None

    def convert(self, value: Decimal, unit: str, to: str) -> Decimal | None:
        """``value`` in another unit of the same base; None where the two are not comparable.

        Rates convert part by part: 元/人/年 becomes 元/人/月 by a twelfth. A quotient that has no end is rounded to the
        28 digits of the decimal context.
        """
        if unit == to:
            return value
        heads, tails = unit.split("/"), to.split("/")
        if len(heads) != len(tails):
            return None
        result = value
        for number, (have, want) in enumerate(zip(heads, tails, strict=True)):
            if have == want:
                continue
            a, b = self._part(have), self._part(want)
            if a is None or b is None or a.base != b.base or a.dimension != b.dimension:
                return None
            ratio = a.factor / b.factor
            result = result * ratio if number == 0 else result / ratio
        return result

    def _part(self, name: str) -> Unit | None:
        """A unit by its name in a rate, where 个月 is 月."""
        return self.by_name.get(name) or self.by_name.get("个" + name)


def _unit(name: str, fields: Fields) -> Unit:
    factor = fields.number("factor", Decimal(1)) or Decimal(1)
    examples: list[tuple[str, str]] = []
    raw: Any = fields.raw("examples")
    if isinstance(raw, dict) and raw:
        examples = [(str(text), str(value)) for text, value in raw.items()]
    else:
        fields.problem(f"unit '{name}' has no examples", "examples", 'write  examples: {"12户": 12}')
    return Unit(
        name=name,
        surfaces=(name, *fields.texts("aliases")),
        dimension=fields.text("dimension"),
        base=fields.text("base", name),
        factor=factor,
        not_before=fields.texts("not_before"),
        not_before_chinese=fields.texts("not_before_chinese"),
        chinese=fields.flag("chinese", default=True),
        nouns=fields.texts("nouns"),
        examples=tuple(examples),
        rejects=fields.texts("rejects"),
        line=fields.data.line,
    )


def load_units(*paths: Path) -> Units:
    """Read ``units.yaml``, of the packaged library and then of the user's folder, where an entry replaces the one of
    its name. Raises :class:`PatternError` naming file, line and key."""
    problems = Problems()
    found: dict[str, tuple[Unit, str]] = {}
    bases: dict[str, None] = {}
    for path in paths:
        top = Fields(read(path), str(path), problems, "units.yaml")
        own: set[str] = set()
        for fields in top.entries("units", "unit"):
            unit = _unit(fields.text("name"), fields)
            fields.text("note", "")
            fields.done()
            if unit.name in own:
                fields.problem(f"'{unit.name}' is given twice", "name", f"first at {found[unit.name][1]}")
            own.add(unit.name)
            found[unit.name] = unit, fields.where()
        bases |= dict.fromkeys(top.texts("rate_bases"))
        top.done()
    _check_surfaces(found, problems)
    problems.raise_any()
    entries = [unit for unit, _ in found.values()]
    if not entries:
        raise PatternError("no units", where=str(paths[0]), hint="add entries under 'units:'")
    return Units(entries, tuple(bases))


def _check_surfaces(found: Mapping[str, tuple[Unit, str]], problems: Problems) -> None:
    seen: dict[str, str] = {}
    for unit, where in found.values():
        for surface in unit.surfaces:
            if not surface:
                problems.add("a unit name must not be empty", where)
            elif surface in seen:
                problems.add(f"'{surface}' is given twice", where, f"first at {seen[surface]}")
            seen.setdefault(surface, where)
