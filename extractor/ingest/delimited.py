"""Delimited text (CSV, TSV) that holds a table of numbers: the file itself is the text, its fields are the cells."""

from __future__ import annotations

import io
import re
from dataclasses import replace

from extractor.model import Block, Document

from .columns import text_column
from .encoding import Decoded
from .rows import is_header, sniff
from .source import Limits
from .text import text_document

_NUMBER = re.compile(r"\s*[-+]?\d[\d,]*(?:\.\d+)?\s*[%‰]?\s*\Z")
#: Of the cells below the header, at least this part must be numbers; prose with commas has fewer.
_NUMBERS = 0.2
_MOST_CELLS = 1_000_000
_HEAD = 2000


def delimited_document(data: bytes, decoded: Decoded, *, digest: str, name: str, place: str | None,
                       period: str | None, limits: Limits) -> Document | None:
    """The document of a CSV file with a table of numbers; None for any other text.

    Raises :class:`InputError` ``container`` for a CSV or JSONL file that holds a report in each row.
    """
    start = decoded.text[:_HEAD].lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[")):
        _refuse_json(data, name, limits)
    first, newline, _ = start.partition("\n")
    if not newline or not re.search(r"[,\t;|]", first):
        return None
    dialect = sniff(io.BytesIO(data if decoded.encoding != "utf-16" else decoded.text.encode()), name)
    if dialect is None:
        return None
    if text_column(dialect.names, dialect.rows) is not None:
        from . import _many

        raise _many(name)
    filled = [cell for row in dialect.rows for cell in row if cell.strip()]
    if not filled or sum(_NUMBER.match(cell) is not None for cell in filled) < _NUMBERS * len(filled):
        return None
    document = text_document(decoded.text, digest=digest, name=name, place=place, period=period,
                             warnings=decoded.warnings)
    blocks = _cells(decoded.text, dialect.delimiter)
    return replace(document, format="csv", blocks=blocks) if blocks else document


def _refuse_json(data: bytes, name: str, limits: Limits) -> None:
    from . import _many
    from .containers import kind_of_bytes

    kind = kind_of_bytes(data, name, limits)
    if kind in ("jsonl", "json"):
        raise _many(name)


def _cells(text: str, delimiter: str) -> tuple[Block, ...]:
    """The fields of a delimited text as cells, quotation marks left out."""
    field = re.compile(rf'"((?:[^"]|"")*)"|([^{re.escape(delimiter)}\r\n]*)')
    blocks: list[Block] = []
    rows: list[list[tuple[int, int]]] = []
    position = 1 if text.startswith("\ufeff") else 0
    row: list[tuple[int, int]] = []
    count = 0
    while position <= len(text):
        found = field.match(text, position)
        assert found is not None, "the pattern matches the empty field"
        row.append(found.span(1) if found[1] is not None else found.span(2))
        count += 1
        if count > _MOST_CELLS:
            return ()
        position = found.end()
        if position < len(text) and text[position] == delimiter:
            position += 1
            continue
        while position < len(text) and text[position] not in "\r\n" and text[position] != delimiter:
            position += 1  # what stands behind a closing quotation mark
        if position < len(text) and text[position] == delimiter:
            position += 1
            continue
        rows.append(row)
        row = []
        end = position
        while position < len(text) and text[position] in "\r\n":
            position += 1
        if position == end:
            break
    header = is_header([[text[start:end] for start, end in line] for line in rows[:1]]) if rows else False
    for i, line in enumerate(rows):
        if not any(end > start for start, end in line):
            continue
        blocks += [Block(start, end, "table_cell", table=0, row=i, column=k, header=header and i == 0)
                   for k, (start, end) in enumerate(line)]
    return tuple(blocks)


