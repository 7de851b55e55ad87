"""A run as Stata files (format 118, Stata 14 and later): one per table, labels in Chinese, long names mapped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from extractor.tables.records import Row
from extractor.tables.schema import Column, Table, columns
from extractor.tables.stored import Stored
from extractor.tables.write import write_table

MAX_NAME = 32
_MAX_LABEL = 80

#: Words of a closed list become labelled integers; the codes stand in this order for all runs.
LABELS: dict[str, dict[str, str]] = {
    "status": {"actual": "已实现", "target": "计划", "rule": "规定"},
    "use": {"kept": "入面板", "support": "佐证", "conflict": "矛盾"},
    "modifier": {"none": "无", "approx": "约", "at_least": "以上", "at_most": "以下", "range": "区间"},
    "role": {
        "level": "水平", "share": "占比", "growth": "增速", "change": "增减量", "per_unit": "平均", "criterion": "条件",
    },
    "direction": {"up": "上升", "down": "下降"},
    "severity": {"error": "错误", "warning": "警告", "info": "提示"},
    "level": {"nation": "全国", "province": "省级", "prefecture": "地级", "county": "县级", "township": "乡级"},
    "period_kind": {
        "year": "年", "half_year": "半年", "quarter": "季度", "month": "月", "ytd": "年初至今", "point": "时点",
        "multi_year": "多年", "span": "其他区间",
    },
}

#: Words that Stata keeps for itself.
_RESERVED = frozenset((
    "aggregate", "array", "boolean", "break", "byte", "case", "catch", "class", "colvector", "complex", "const",
    "continue", "default", "delegate", "delete", "do", "double", "else", "eltypedef", "end", "enum", "explicit",
    "export", "external", "float", "for", "friend", "function", "global", "goto", "if", "in", "inline", "int",
    "local", "long", "null", "pragma", "protected", "quad", "rowvector", "short", "strl", "typedef", "typename",
    "using", "virtual", "with",
))

NAMES = Table(
    "names",
    "Stata 变量名与列名对照",
    "How columns are called in Stata",
    columns(
        ("table", "string", "表", "Table"),
        ("column", "string", "列名", "Column as in the other formats"),
        ("variable", "string", "Stata 变量名", "Variable in the .dta file"),
        ("zh", "string", "含义", "Meaning, in Chinese"),
        ("en", "string", "含义（英文）", "Meaning, in English"),
    ),
    ("table", "column"),
)


def write_stata(tables: Mapping[str, Stored], target: Path) -> None:
    """Write a folder with one .dta per table and ``names.csv``, the map of the names.

    Numbers are doubles there (Stata has no decimals): exact up to 15 digits. The document status (read or not) keeps
    its words, because it shares only its name with the status of a figure.
    """
    target.mkdir(parents=True, exist_ok=True)
    mapped: list[Row] = []
    for stored in tables.values():
        variables = variable_names(stored.table.names)
        _write_one(stored, variables, target / f"{stored.table.name}.dta")
        mapped += [
            (stored.table.name, column.name, variables[column.name], column.zh, column.en)
            for column in stored.table.columns
        ]
    write_table(target, NAMES, mapped)


def variable_names(names: Sequence[str]) -> dict[str, str]:
    """Stata names for columns: ``.`` becomes ``_``; a name beyond 32 characters loses vowels from its end, then is cut;
    a reserved word gets ``_`` before it, a clash a number after it.

    >>> variable_names(["monitoring.risk_removed.household_rate"])
    {'monitoring.risk_removed.household_rate': 'monitoring_risk_removed_hshld_rt'}
    """
    taken: set[str] = set()
    found = {}
    for name in names:
        short = re.sub(r"\W", "_", name, flags=re.ASCII)
        if short[:1].isdigit() or short.lower() in _RESERVED:
            short = "_" + short
        at = len(short)
        while len(short) > MAX_NAME and (at := at - 1) > 0:
            if short[at] in "aeiou" and short[at - 1] != "_":
                short = short[:at] + short[at + 1 :]
        base, number = short[:MAX_NAME], 1
        short = base
        while short.lower() in taken:
            number += 1
            short = f"{base[: MAX_NAME - len(str(number)) - 1]}_{number}"
        taken.add(short.lower())
        found[name] = short
    return found


def _write_one(stored: Stored, variables: Mapping[str, str], path: Path) -> None:
    import pandas as pd

    rows = stored.rows()
    data: dict[str, Any] = {}
    labels: dict[str, dict[int | float, str]] = {}
    long: list[str] = []
    for at, column in enumerate(stored.table.columns):
        variable = variables[column.name]
        cells = [row[at] for row in rows]
        words = _words(stored.table, column)
        if words:
            data[variable] = pd.Series([words.get(str(cell)) for cell in cells], dtype="float64")
            labels[variable] = {code: f"{word} {LABELS[column.name][word]}" for word, code in words.items()}
        elif column.type in ("number", "integer", "digits"):
            data[variable] = pd.Series([_double(cell) for cell in cells], dtype="float64")
        elif column.type == "boolean":
            data[variable] = pd.Series([None if cell is None else int(bool(cell)) for cell in cells], dtype="float64")
            labels[variable] = {0: "否", 1: "是"}
        else:
            text = ["" if cell is None else str(cell).replace("\0", "\N{REPLACEMENT CHARACTER}") for cell in cells]
            data[variable] = pd.Series(text, dtype=object)
            if any(len(cell.encode()) > 2045 for cell in text):
                long.append(variable)
    pd.DataFrame(data).to_stata(
        path, write_index=False, version=118, data_label=stored.table.zh[:_MAX_LABEL],
        time_stamp=datetime(2000, 1, 1),  # a fixed one: equal runs give equal files
        variable_labels={variables[c.name]: c.zh[:_MAX_LABEL] for c in stored.table.columns},
        value_labels=labels, convert_strl=long,
    )


def _words(table: Table, column: Column) -> dict[str, int]:
    if table.name == "documents" or column.name not in LABELS:
        return {}
    return {word: code for code, word in enumerate(LABELS[column.name], 1)}


def _double(cell: object) -> float | None:
    return None if cell is None else float(cell) if isinstance(cell, (int, Decimal)) else float(Decimal(str(cell)))
