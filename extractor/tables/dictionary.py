"""The data dictionary: every table and column with its meaning, from the one definition in ``schema``."""

from __future__ import annotations

from collections.abc import Iterable

from extractor.tables.records import Row
from extractor.tables.schema import PRECISION, SCALE, Table, columns

DICTIONARY = Table(
    "dictionary",
    "数据字典：每个表的每一列",
    "Data dictionary: every column of every table",
    columns(
        ("table", "string", "表", "Table"),
        ("column", "string", "列", "Column"),
        ("type", "string", "类型", "Type, see docs/tables.md"),
        ("key", "boolean", "是否标识行", "Part of what identifies a row"),
        ("zh", "string", "含义", "Meaning, in Chinese"),
        ("en", "string", "含义（英文）", "Meaning, in English"),
    ),
    ("table", "column"),
)

_TYPES = (
    f"Types: `number` is exact (decimal({PRECISION}, {SCALE}) in Parquet, digits in CSV); `digits` is a decimal number "
    "as text, as long as it was printed; `list` holds codes or ids joined by `;`; `json` is JSON text, `binary` bytes. "
    "In CSV, text that a spreadsheet would take for a formula begins with an apostrophe."
)


def rows(tables: Iterable[Table]) -> list[Row]:
    """One row per column of each table."""
    return [
        (table.name, column.name, column.type, column.name in table.key, column.zh, column.en)
        for table in tables
        for column in table.columns
    ]


def markdown(tables: Iterable[Table]) -> str:
    """The dictionary to read."""
    lines = [
        "# Data dictionary · 数据字典",
        "",
        _TYPES,
    ]
    for table in tables:
        lines += ["", f"## {table.name}", "", f"{table.en}. {table.zh}。", "", "| column | type | 含义 | meaning |",
                  "| --- | --- | --- | --- |"]
        for column in table.columns:
            name = f"**{column.name}**" if column.name in table.key else column.name
            lines.append(f"| {name} | {column.type} | {_cell(column.zh)} | {_cell(column.en)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
