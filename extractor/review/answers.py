"""What the page's script asks for and sends, checked for shape before anything is done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from extractor.errors import ExtractorError
from extractor.review.fields import EDITABLE, Invalid
from extractor.review.session import STATES, Gone, Session
from extractor.review.store import ROLES, Conflict

#: Characters of a text that is sent; the store has tighter limits for names and notes.
_LONGEST = 20_000
_LARGEST = 10**9

Answer = Callable[[Mapping[str, Any]], Any]


class Malformed(ExtractorError):
    """A request that the page would not send; ``where`` is the field."""

    code = "malformed"


class Answers:
    """The addresses below ``/api/``; each takes the parameters or the body, and returns what becomes JSON."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def gets(self) -> dict[str, Answer]:
        """What changes nothing."""
        return {"list": self.list, "item": self.item, "vocabulary": self.vocabulary, "rates": self.rates}

    def posts(self) -> dict[str, Answer]:
        """What may change something, and what is too long for an address."""
        return {"decide": self.decide, "undo": self.undo, "check": self.check, "sample": self.sample}

    @staticmethod
    def refusal(error: ExtractorError) -> tuple[dict[str, Any], int]:
        """An error as the script reads it, and its HTTP status."""
        data: dict[str, Any] = {"code": error.code, "where": error.where, "reason": error.reason, "hint": error.hint}
        if isinstance(error, Conflict):
            current = error.current
            data["revision"] = error.revision
            data["current"] = current and {"verdict": current.verdict, "reviewer": current.reviewer,
                                           "time": current.time, "note": current.note}
            return data, 409
        if isinstance(error, Gone):
            return data, 404
        return data, 400 if isinstance(error, Malformed) else 422

    # --- reading -------------------------------------------------------------------------------------------------

    def list(self, given: Mapping[str, Any]) -> Any:
        """A stretch of a sample's list."""
        state = _text(given, "state", "")
        if state and state not in STATES:
            raise Malformed("is no state", where="state")
        return self.session.listed(
            _text(given, "sample"), _role(given), state, _number(given, "offset", 0), fresh=given.get("fresh") == "1"
        )

    def item(self, given: Mapping[str, Any]) -> Any:
        """One item, by its place in a sample or in a document."""
        if "sample" in given:
            return self.session.item_of_sample(_text(given, "sample"), _role(given), _number(given, "at"))
        return self.session.item_at(
            _text(given, "kind"), _text(given, "doc"), _number(given, "start"), _number(given, "end")
        )

    def vocabulary(self, given: Mapping[str, Any]) -> Any:
        """Words that a form offers."""
        return self.session.vocabulary()

    def rates(self, given: Mapping[str, Any]) -> Any:
        """Error rates of a sample."""
        return self.session.rates(_text(given, "sample"), given.get("all") == "1")

    # --- writing -------------------------------------------------------------------------------------------------

    def decide(self, given: Mapping[str, Any]) -> Any:
        """Store a decision."""
        place = {name: _text(given, name) for name in ("key", "kind", "doc", "fingerprint")}
        span = {name: _number(given, name) for name in ("start", "end")}
        sample, at, role = _text(given, "sample", ""), _number(given, "at", 0), _role(given)
        stored = self.session.decide(
            {**place, **span}, _text(given, "verdict"), corrected=_fields(given), note=_text(given, "note", ""),
            role=role, revision=_number(given, "revision"),
        )
        return {**stored, "todo": self.session.following(sample, role, at) if sample else None}

    def undo(self, given: Mapping[str, Any]) -> Any:
        """Take a decision back."""
        revision = _number(given, "revision") if given.get("revision") is not None else None
        return self.session.undo(_role(given), _text(given, "key", ""), revision)

    def check(self, given: Mapping[str, Any]) -> Any:
        """Whether a correction could be stored: for messages beside the field while one types."""
        try:
            return {"fields": self.session.checked(_fields(given) or {}), "where": None}
        except Invalid as error:
            return {"fields": None, "where": error.where, "reason": error.reason, "hint": error.hint}

    def sample(self, given: Mapping[str, Any]) -> Any:
        """Draw a sample."""
        by = given.get("by") or []
        if not isinstance(by, list) or len(by) > 8 or not all(isinstance(word, str) for word in by):
            raise Malformed("must be a list of words", where="by")
        seed = _text(given, "seed", "0")[:100]
        return {"name": self.session.draw(_number(given, "n"), _text(given, "method"), by, seed)}


def _text(given: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = given.get(name, default)
    if not isinstance(value, str):
        raise Malformed("must be a text", where=name)
    if len(value) > _LONGEST:
        raise Invalid(f"is longer than {_LONGEST:,} characters", where=name)
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: JSON can say it, no file can hold it
        raise Malformed("holds half a character", where=name) from None
    return value


def _number(given: Mapping[str, Any], name: str, default: int | None = None) -> int:
    value = given.get(name, default)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST:
        raise Malformed("must be a whole number", where=name)
    return value


def _role(given: Mapping[str, Any]) -> str:
    role = _text(given, "role", "coding")
    if role not in ROLES:
        raise Malformed("is no role", where="role")
    return role


def _fields(given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The corrected fields; what is in them is the store's to check."""
    value = given.get("fields")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Malformed("must be an object", where="fields")
    unknown = [name for name in value if name not in (*EDITABLE, "readings", "quote")]
    if unknown:
        raise Malformed("no such field", where=str(unknown[0])[:40])
    _proper(value, 3)
    return value


def _proper(value: Any, depth: int) -> None:
    """Texts all the way down, not deeper than a list of readings goes."""
    if isinstance(value, str):
        _text({"fields": value}, "fields")
    elif isinstance(value, dict | list) and depth and len(value) <= 20:
        for each in value.values() if isinstance(value, dict) else value:
            _proper(each, depth - 1)
    elif value is not None:
        raise Malformed("must hold texts", where="fields")
