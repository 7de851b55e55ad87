"""The report's words in both languages, from ``templates/report_words.json``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

LANGUAGES = ("zh", "en")


@cache
def _table() -> dict[str, dict[str, str]]:
    path = Path(__file__).parent / "templates" / "report_words.json"
    table: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return table


class Words:
    """The words of one language: ``words("findings", 3, 7, 2)`` fills the places ``{0}``, ``{1}`` ... of a word."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, *values: object) -> str:
        word = _table()[key][self.language]
        return word.format(*values) if values else word

    def known(self, code: str, kind: str = "") -> str:
        """The word for a code of the tables, or the code itself."""
        return self(kind + code) if kind + code in _table() else code

    @property
    def chinese(self) -> bool:
        return self.language == "zh"
