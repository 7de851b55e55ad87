"""The catalogue of flags: every code this project can raise, in one registry that the documentation is made from.

A check registers its code beside its own function with :func:`flag_code`; nothing else may invent one
(:func:`make_flag` refuses an unknown code).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..model import Flag, Severity
from ..records import maker

_flag = maker(Flag)


@dataclass(frozen=True, slots=True)
class FlagCode:
    """One kind of flag: what it means and what a person does about it."""

    code: str
    severity: Severity
    blocking: bool
    """Whether an unresolved flag keeps the figure out of the comparable tables."""
    title: str
    title_en: str
    meaning: str
    example: str
    """A made-up sentence that raises it."""


CATALOGUE: Final[dict[str, FlagCode]] = {}


def flag_code(
    code: str, *, severity: Severity, blocking: bool, title: str, title_en: str, meaning: str, example: str
) -> str:
    """Register a code and return it; called once per code, at import of the module that raises it."""
    if code in CATALOGUE:
        raise ValueError(f"flag code registered twice: {code}")
    CATALOGUE[code] = FlagCode(code, severity, blocking, title, title_en, meaning, example)
    return code


def make_flag(
    code: str,
    message: str,
    message_en: str,
    evidence: str,
    *,
    members: tuple[str, ...] = (),
    confirmed: tuple[str, ...] = (),
    rivals: tuple[str, ...] = (),
    blocking: bool | None = None,
) -> Flag:
    """A flag of a registered code; severity and blocking come from the catalogue unless the caller knows better."""
    entry = CATALOGUE[code]
    return _flag(
        code=code,
        severity=entry.severity,
        message=message,
        message_en=message_en,
        evidence=evidence,
        members=members,
        confirmed=confirmed,
        rivals=rivals,
        blocking=entry.blocking if blocking is None else blocking,
    )


def markdown() -> str:
    """``docs/flags.md``: the catalogue for readers, generated so that it is never behind the code."""
    lines = [
        "# Flags",
        "",
        "Generated from the registry in `extractor/checks/` (`python -m extractor.checks`); do not edit by hand.",
        "",
        "A flag is a reason to doubt a figure. A *blocking* flag keeps it out of the comparable tables unless a",
        "repair resolves it; the printed value always stays in `figures`.",
        "",
        "| code | severity | blocking | what it says |",
        "| --- | --- | --- | --- |",
    ]
    codes = [CATALOGUE[code] for code in sorted(CATALOGUE)]
    lines += [
        f"| [`{c.code}`](#{c.code}) | {c.severity} | {'yes' if c.blocking else 'no'} | {c.title} / {c.title_en} |"
        for c in codes
    ]
    for entry in codes:
        lines += [
            "",
            f"## {entry.code}",
            "",
            f"{entry.title} / {entry.title_en}.",
            "",
            entry.meaning,
            "",
            f"Example: {entry.example}",
        ]
    return "\n".join(lines) + "\n"
