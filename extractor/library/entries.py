"""Indicator entries as written in ``patterns/indicators/*.yaml``: records, and strict reading of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import get_args

import regex

from ..errors import PatternError
from ..model import Direction, Role, Status
from ..patternfiles import Fields, Problems, read

KINDS = ("stock", "flow", "share", "growth", "per_unit", "standard")
ROLES: tuple[str, ...] = get_args(Role)
STATUSES: tuple[str, ...] = get_args(Status)
DIRECTIONS: tuple[str, ...] = get_args(Direction)

#: Where a required or excluded term is looked for. ``subject`` is the resolved subject, ``own`` the figure's own words,
#: ``clause`` both; ``near``, ``sentence``, ``passage`` and ``context`` each contain the one before; ``heading`` and
#: ``title`` are the section heading and the document's title alone.
SCOPES = ("subject", "own", "clause", "near", "sentence", "passage", "heading", "title", "context")
NARROW = frozenset({"subject", "own", "clause"})

#: Roles that a kind accepts unless the claim says otherwise. A flow may be printed as a change (新增3万人).
DEFAULT_ROLES: dict[str, tuple[str, ...]] = {
    "stock": ("level",),
    "flow": ("level", "change"),
    "share": ("share",),
    "growth": ("growth",),
    "per_unit": ("per_unit", "level"),
    "standard": ("per_unit", "level", "criterion"),
}
#: A standing rule (每村至少1人) is no observation, except of a standard.
DEFAULT_STATUSES: dict[str, tuple[str, ...]] = {"standard": STATUSES}

#: Seconds one search of a user's regex may take.
REGEX_SECONDS = 0.05
#: Texts that make a catastrophic regex show itself when the library is loaded, besides those of its own characters.
_PROBES = tuple(unit * (200 // len(unit)) + "!" for unit in ("一", "全市共有监测对象户数", "a", "1234567890", " "))


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """One way in which a figure can be claimed: which terms must and must not stand where."""

    indicator: str
    number: int
    require: tuple[tuple[str, str], ...]
    """(scope, item): every item must be found in its scope; ``A|B`` are alternatives."""
    exclude: tuple[tuple[str, str], ...]
    units: tuple[str, ...]
    roles: tuple[str, ...]
    statuses: tuple[str, ...]
    directions: tuple[str, ...]
    part: bool
    """May claim a part printed after 其中."""
    tentative: bool
    """Claims for want of a better reading: the document's own arithmetic may move it to the ``rival`` indicator."""
    regex: str

    @property
    def name(self) -> str:
        """``monitoring.households#1``, as printed by ``explain``."""
        return f"{self.indicator}#{self.number}"


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what the entry must take from it."""

    text: str
    value: Decimal
    unit: str
    """Unit of the figure; '' where any of the entry's units will do."""
    status: str
    heading: str
    title: str
    place: str
    also: tuple[Decimal, ...]
    """Further values that the entry takes from the same text: 由1200元提高到1300元."""
    where: str


@dataclass(frozen=True, slots=True)
class Reject:
    """A near miss: the entry must claim nothing in this text (or not this value, where one is given)."""

    text: str
    value: Decimal | None
    heading: str
    title: str
    where: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """A defined, comparable quantity."""

    id: str
    topic: str
    label_zh: str
    label_en: str
    unit: str
    kind: str
    definition: str
    note: str = ""
    claims: tuple[ClaimRule, ...] = ()
    examples: tuple[Example, ...] = ()
    rejects: tuple[Reject, ...] = ()
    part: str = ""
    """For a share: indicator of the part, so that the report's own counts can reproduce it."""
    whole: str = ""
    rival: str = ""
    """For a share whose base is often not printed: the indicator that the same words may mean."""
    where: str = field(default="", compare=False)


def load(paths: Iterable[Path], problems: Problems) -> dict[str, Indicator]:
    """Entries of several files by id, in file order. Mistakes go to ``problems``.

    An id given twice within one folder is a mistake; across folders the later one replaces the earlier one.
    """
    found: dict[str, Indicator] = {}
    homes: dict[str, Path] = {}
    for path in paths:
        try:
            data = read(path)
        except PatternError as error:
            problems.errors.append(error)
            continue
        wrapper = Fields({}, str(path), Problems(), "file")
        wrapper.data["entries"] = data
        wrapper.data.lines["entries"] = 1
        wrapper.problems = problems
        for fields in wrapper.entries("entries", "indicator entry"):
            entry = _entry(fields)
            if entry is None:
                continue
            home = path.parent
            if entry.id in found and homes[entry.id] == home:
                fields.problem(f"id '{entry.id}' is given twice", "id", f"first at {found[entry.id].where}")
                continue
            found[entry.id] = entry
            homes[entry.id] = home
    return found


def _entry(fields: Fields) -> Indicator | None:
    before = len(fields.problems.errors)
    identity = fields.text("id")
    fields.what = f"indicator '{identity}'" if identity else "indicator entry"
    kind = fields.choice("kind", KINDS)
    unit = fields.text("unit")
    units = fields.texts("units", (unit,))
    claims = tuple(_claim(sub, identity, number, kind, units)
                   for number, sub in enumerate(fields.entries("claims", f"claim of '{identity}'"), 1))
    if not claims:
        fields.problem(f"indicator '{identity}' has no claims", hint="say which terms claim a figure: see docs")
    entry = Indicator(
        id=identity, topic=fields.text("topic"), label_zh=fields.text("label_zh"), label_en=fields.text("label_en"),
        unit=unit, kind=kind, definition=fields.text("definition"), note=fields.text("note", ""), claims=claims,
        examples=tuple(_example(sub) for sub in fields.entries("examples", f"example of '{identity}'")),
        rejects=_rejects(fields, identity), part=fields.text("part", ""), whole=fields.text("whole", ""),
        rival=fields.text("rival", ""), where=fields.where("id"),
    )
    if len(entry.examples) < 3 or len(entry.rejects) < 2:
        counts = f"{len(entry.examples)} examples and {len(entry.rejects)} rejects"
        fields.problem(f"indicator '{identity}' has {counts}", hint="give at least three examples and two rejects")
    fields.done()
    return entry if len(fields.problems.errors) == before else None


def _claim(fields: Fields, indicator: str, number: int, kind: str, units: tuple[str, ...]) -> ClaimRule:
    require = [(scope, item) for scope in SCOPES for item in fields.texts(scope)]
    exclude = [("clause", item) for item in fields.texts("not")]
    exclude += [(scope, item) for scope in SCOPES for item in fields.texts(f"not_{scope}")]
    pattern = fields.text("regex", "")
    if pattern:
        _check_regex(pattern, fields)
    if not pattern and not any(scope in NARROW for scope, _ in require):
        fields.problem(f"claim {number} of '{indicator}' has no 'clause' terms (nor 'own' or 'subject')",
                       hint="say which words beside the number claim it")
    rule = ClaimRule(
        indicator=indicator, number=number, require=tuple(require), exclude=tuple(exclude),
        units=fields.texts("units", units), roles=fields.choices("roles", ROLES, DEFAULT_ROLES[kind]),
        statuses=fields.choices("status", STATUSES, DEFAULT_STATUSES.get(kind, ("actual", "target"))),
        directions=fields.choices("direction", DIRECTIONS), part=fields.flag("part"),
        tentative=fields.flag("tentative"), regex=pattern,
    )
    fields.done()
    return rule


def _check_regex(pattern: str, fields: Fields) -> None:
    try:
        compiled = regex.compile(pattern)
    except regex.error as error:
        fields.problem(f"bad regex '{pattern}': {error}", "regex", "test it, or use terms instead")
        return
    for probe in (*_PROBES, *_own_probes(pattern)):
        try:
            compiled.search(probe, timeout=REGEX_SECONDS)
        except TimeoutError:
            fields.problem(f"regex '{pattern}' takes too long (catastrophic backtracking)", "regex",
                           "do not nest repeats such as (a+)+")
            return


def _own_probes(pattern: str) -> list[str]:
    own = "".join(dict.fromkeys(re.findall(r"[\u4e00-\u9fffA-Za-z0-9]", pattern)))[:12]
    pieces = [own, *own, *(own[i : i + 2] for i in range(len(own) - 1))]
    return [piece * (200 // len(piece)) + "!" for piece in pieces if piece]


def _example(fields: Fields) -> Example:
    value = fields.number("value")
    if value is None:
        fields.problem("example has no value", hint="say which number the entry must take, in the figure's own unit")
    example = Example(
        text=fields.text("text"), value=value or Decimal(0), unit=fields.text("unit", ""),
        status=fields.choice("status", STATUSES, "actual"), heading=fields.text("heading", ""),
        title=fields.text("title", ""), place=fields.text("place", ""), also=_also(fields), where=fields.where(),
    )
    fields.done()
    return example


def _also(fields: Fields) -> tuple[Decimal, ...]:
    values = []
    for text in fields.texts("also"):
        try:
            values.append(Decimal(text))
        except InvalidOperation:
            fields.problem(f"'also' must be numbers, not '{text}'", "also")
    return tuple(values)


def _rejects(fields: Fields, identity: str) -> tuple[Reject, ...]:
    value = fields.raw("rejects")
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        lines = getattr(value, "lines", [])
        return tuple(Reject(text, None, "", "", f"{fields.file}:{line}")
                     for text, line in zip(value, lines, strict=True))
    rejects = []
    for sub in fields.entries("rejects", f"reject of '{identity}'"):
        rejects.append(Reject(sub.text("text"), sub.number("value"), sub.text("heading", ""), sub.text("title", ""),
                              sub.where()))
        sub.done()
    return tuple(rejects)
