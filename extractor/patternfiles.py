"""The only reader of the YAML files of the pattern library: safe, exact, and able to say file, line and key.

People who do not program edit these files, so every mistake is reported with its place and with a suggestion, and
all mistakes of a load are reported at once (:class:`Problems`). Files may come from strangers: size, depth and item
count are limited and anchors and aliases (the stuff of YAML bombs) are refused.

Scalars are read more strictly than YAML 1.1 does: ``true``, ``false`` and ``null`` (or nothing) have their meaning,
whole numbers become ``int``, everything else stays text. ``no`` and ``12:30`` are text, and so is ``17.2``, because a
decimal must keep its printed digits; :meth:`Fields.number` makes a ``Decimal`` of either.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from .errors import PatternError

#: Limits of one file; the packaged files are far below them.
MAX_BYTES = 2_000_000
MAX_DEPTH = 20
MAX_ITEMS = 200_000

_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z")
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "~": None, "": None}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Map(dict[str, Any]):
    """A mapping of a pattern file that knows the line of each key (``lines``) and of its own beginning (``line``)."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Items(list[Any]):
    """A list of a pattern file that knows the line of each item (``lines``) and of its own beginning (``line``)."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


class Problems:
    """Collects the mistakes of a load, so that the user sees all of them at once."""

    def __init__(self) -> None:
        self.errors: list[PatternError] = []

    def add(self, reason: str, where: str, hint: str = "") -> None:
        """Note one mistake; ``where`` is ``file:line``."""
        self.errors.append(PatternError(reason, where=where, hint=hint))

    def raise_any(self, limit: int = 30) -> None:
        """Raise the collected mistakes as one :class:`PatternError`, in the order found; nothing if there are none."""
        if not self.errors:
            return
        if len(self.errors) == 1:
            raise self.errors[0]
        lines = [str(error) for error in self.errors[:limit]]
        if len(self.errors) > limit:
            lines.append(f"... and {len(self.errors) - limit} more")
        raise PatternError("\n  ".join([f"{len(self.errors)} problems in the pattern library:", *lines]))


def suggestion(word: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?`` for a mistyped key or id, or the list of what is known where nothing is near."""
    names = sorted(set(known))
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"known: {', '.join(names[:12])}{' ...' if len(names) > 12 else ''}" if names else ""


def read_text(path: Path) -> str:
    """The decoded file. Raises :class:`PatternError` where it is missing, too large or not UTF-8."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise PatternError(f"cannot read the pattern file: {error.strerror}", where=str(path)) from None
    if len(data) > MAX_BYTES:
        raise PatternError(f"file is larger than {MAX_BYTES} bytes", where=str(path), hint="split it by topic")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PatternError("file is not UTF-8", where=f"{path}:{line}", hint="save it as UTF-8") from None


def parse(text: str, name: str) -> Any:
    """The value of one YAML document: :class:`Map`, :class:`Items`, ``str``, ``int``, ``bool`` or ``None``.

    ``name`` is the file name for messages. Built from parser events with a stack of our own, so that no nesting can
    exhaust Python's, and no alias is ever expanded. Raises :class:`PatternError` with ``name:line``.
    """
    try:
        return _build(text, name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        hint = "indent with spaces; put text that contains ': ' or begins with a sign in quotes"
        raise PatternError(f"not valid YAML: {error.problem or error.context}", where=where, hint=hint) from None
    except yaml.YAMLError as error:
        raise PatternError(f"not valid YAML: {str(error).splitlines()[0]}", where=name) from None


def read(path: Path) -> Any:
    """:func:`parse` of a file. Raises :class:`PatternError`."""
    return parse(read_text(path), str(path))


def _scalar(value: str, plain: bool) -> object:
    if not plain:
        return value
    if value in _WORDS:
        return _WORDS[value]
    return int(value) if _INT.match(value) else value


def _build(text: str, name: str) -> Any:
    root: list[Any] = []
    stack: list[Map | Items] = []
    keys: list[str | None] = []
    count = 0

    def place(value: Any, line: int) -> None:
        if not stack:
            if root:
                raise PatternError("more than one YAML document", where=f"{name}:{line}", hint="remove the '---'")
            root.append(value)
            return
        top = stack[-1]
        if isinstance(top, Items):
            top.append(value)
            top.lines.append(line)
            return
        key = keys[-1]
        if key is not None:
            top[key] = value
            keys[-1] = None
            return
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            raise PatternError("a key must be text", where=f"{name}:{line}", hint="put the key in quotes")
        key = str(value)
        if key in top.lines:
            hint = f"first given at line {top.lines[key]}; keep one of the two"
            raise PatternError(f"key '{key}' is given twice", where=f"{name}:{line}", hint=hint)
        top.lines[key] = line
        keys[-1] = key

    events: Any = yaml.parse(text, Loader=_LOADER)  # the stubs know neither anchor nor tag
    for event in events:
        kind = type(event)
        line = event.start_mark.line + 1
        if kind is yaml.ScalarEvent or kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            count += 1
            if event.anchor is not None or (event.tag is not None and event.tag != "!"):
                raise PatternError("anchors and tags (& and !) are not allowed", where=f"{name}:{line}",
                                   hint="write the value out, or put it in quotes")
            if count > MAX_ITEMS or len(stack) >= MAX_DEPTH:
                raise PatternError("file is nested too deeply or has too many items", where=f"{name}:{line}")
            if kind is yaml.ScalarEvent:
                place(_scalar(event.value, event.implicit[0]), line)
                continue
            child: Map | Items = Map(line) if kind is yaml.MappingStartEvent else Items(line)
            place(child, line)
            stack.append(child)
            keys.append(None)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            stack.pop()
            keys.pop()
        elif kind is yaml.AliasEvent:
            raise PatternError("aliases (*name) are not allowed", where=f"{name}:{line}", hint="write the value out")
    return root[0] if root else None


class Fields:
    """Checked access to one mapping of a pattern file.

    Ask for each key by type; :meth:`done` then reports every key that nobody asked for, with a suggestion. A wrong
    type is noted in ``problems`` and the default is returned, so that one load reports all mistakes.

    >>> problems = Problems()
    >>> fields = Fields(parse("id: a\\nlable: x", "f.yaml"), "f.yaml", problems)
    >>> fields.text("id"), fields.text("label", "")
    ('a', '')
    >>> fields.done(); str(problems.errors[0])
    "f.yaml:2: unknown key 'lable' (did you mean 'label'?)"
    """

    def __init__(self, data: Any, file: str, problems: Problems, what: str = "entry", line: int = 0) -> None:
        self.file = file
        self.problems = problems
        self.what = what
        if isinstance(data, Map):
            self.data = data
        else:
            self.data = Map(line or getattr(data, "line", 1))
            problems.add(f"{what} must be a mapping (key: value)", f"{file}:{self.data.line}")
        self.asked: set[str] = set()

    def where(self, key: str | None = None) -> str:
        """``file:line`` of a key, or of the mapping."""
        return f"{self.file}:{self.data.lines.get(key, self.data.line) if key else self.data.line}"

    def problem(self, reason: str, key: str | None = None, hint: str = "") -> None:
        """Note a mistake about this mapping or one of its keys."""
        self.problems.add(reason, self.where(key), hint)

    def has(self, key: str) -> bool:
        """Whether the key is present (and mark it as known)."""
        self.asked.add(key)
        return key in self.data

    def raw(self, key: str, default: Any = None) -> Any:
        """The value as parsed, unchecked."""
        self.asked.add(key)
        return self.data.get(key, default)

    def text(self, key: str, default: str | None = None) -> str:
        """Text (a whole number counts as its digits). Required where there is no default."""
        value = self.raw(key)
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is None and default is not None:
            return default
        self._wrong(key, value, "text")
        return default or ""

    def texts(self, key: str, default: tuple[str, ...] | None = ()) -> tuple[str, ...]:
        """One text or a list of texts. Required where ``default`` is None."""
        value = self.raw(key)
        if value is None and default is not None:
            return default
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            return (str(value),)
        if isinstance(value, Items) and all(isinstance(v, (str, int)) and not isinstance(v, bool) for v in value):
            return tuple(str(v) for v in value)
        self._wrong(key, value, "text or a list of texts")
        return default or ()

    def choice(self, key: str, choices: Iterable[str], default: str | None = None) -> str:
        """A text out of a closed list."""
        known = tuple(choices)
        value = self.text(key, default)
        if value not in known and key in self.data and isinstance(self.data[key], (str, int)):
            self.problem(f"'{value}' is no {key}", key, suggestion(value, known))
            return default or known[0]
        return value

    def choices(self, key: str, choices: Iterable[str], default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """One or several texts out of a closed list."""
        known = tuple(choices)
        values = self.texts(key, default)
        for value in values:
            if value not in known:
                self.problem(f"'{value}' is no {key}", key, suggestion(value, known))
        return tuple(value for value in values if value in known)

    def flag(self, key: str, default: bool = False) -> bool:
        """``true`` or ``false``."""
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self._wrong(key, value, "true or false")
            return default
        return value

    def number(self, key: str, default: Decimal | None = None) -> Decimal | None:
        """A decimal exactly as printed; None (or the default) where the key is absent."""
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            try:
                number = Decimal(str(value))
                if number.is_finite():
                    return number
            except InvalidOperation:
                pass
        self._wrong(key, value, "a number such as 12 or 17.2")
        return default

    def entries(self, key: str, what: str = "entry") -> list[Fields]:
        """A list of mappings (a single mapping counts as a list of one), each as :class:`Fields`; [] where absent."""
        value = self.raw(key)
        if value is None:
            return []
        if isinstance(value, Map):
            return [Fields(value, self.file, self.problems, what)]
        if isinstance(value, Items):
            return [Fields(item, self.file, self.problems, what, line)
                    for item, line in zip(value, value.lines, strict=True)]
        self._wrong(key, value, "a list of entries")
        return []

    def sub(self, key: str, what: str = "entry") -> Fields | None:
        """A nested mapping as :class:`Fields`, or None where absent."""
        value = self.raw(key)
        if value is None:
            return None
        return Fields(value, self.file, self.problems, what, self.data.lines[key])

    def named(self, what: str = "entry") -> list[tuple[str, Fields]]:
        """All keys of this mapping as ``(key, Fields)``: for files of the form ``name: {...}``."""
        self.asked.update(self.data)
        return [(key, Fields(value, self.file, self.problems, f"{what} '{key}'", self.data.lines[key]))
                for key, value in self.data.items()]

    def done(self) -> None:
        """Report every key that no call asked for."""
        for key in self.data:
            if key not in self.asked:
                self.problem(f"unknown key '{key}'", key, suggestion(key, self.asked))

    def _wrong(self, key: str, value: Any, expected: str) -> None:
        if key not in self.data:
            self.problem(f"{self.what}: key '{key}' is missing")
        else:
            self.problem(f"'{key}' must be {expected}, not {_kind(value)}", key)


def _kind(value: Any) -> str:
    if value is None:
        return "empty"
    names = {Map: "a mapping", Items: "a list", bool: "true/false", int: "a number", str: "text"}
    return names.get(type(value), type(value).__name__)


def top(path: Path, problems: Problems) -> Fields | None:
    """The top-level mapping of a file; a broken file is noted in ``problems`` and gives None."""
    try:
        data = read(path)
    except PatternError as error:
        problems.errors.append(error)
        return None
    if data is None:
        data = Map(1)
    return Fields(data, str(path), problems, "file")
