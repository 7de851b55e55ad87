"""The one definition of every table: columns, types, meaning. All writers and the data dictionary read it.

Types: ``string``, ``integer``, ``boolean``, ``digits`` (a decimal number as text, exactly as long as it was printed)
and ``number`` (an exact decimal number with :data:`SCALE` decimals in Parquet, plain digits in CSV).
A ``list`` is written as one string, its members joined by ``;`` (they are codes and ids, which hold no ``;``);
``json`` is JSON text, ``binary`` bytes (in ``texts`` only).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Type = Literal["string", "integer", "boolean", "digits", "number", "list", "json", "binary"]

#: Decimals of a ``number`` column; 38 digits are what Parquet, DuckDB and SQL engines hold exactly.
PRECISION = 38
SCALE = 12


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in every format, its type, and what it means in both languages."""

    name: str
    type: Type
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row is, its columns in order, and the columns that identify a row."""

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def extended(self, columns: Sequence[Column]) -> Table:
        """The same table with further columns at its end (the panel has one per indicator)."""
        return Table(self.name, self.zh, self.en, self.columns + tuple(columns), self.key)


def columns(*rows: tuple[str, Type, str, str]) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in rows)


DOCUMENTS = Table(
    "documents",
    "每份文件一行，读不了的也在内",
    "One row per document, the ones that could not be read included",
    columns(
        ("doc", "string", "文件编号", "Id of the document, made from its name and content"),
        ("source", "string", "来源路径", "Path of the source, as given or relative to the folder that was given"),
        ("status", "string", "ok 已读；duplicate 与另一份是同一报告；error 读不了",
         "ok: read; duplicate: the same report as another one, counted there; error: could not be read"),
        ("error_code", "string", "错误代码", "Code of the error, empty unless status is error"),
        ("error_reason", "string", "错误原因", "What is wrong with the source"),
        ("error_hint", "string", "怎么办", "What to try"),
        ("duplicate_of", "string", "与哪份相同", "Document that is the same report and is counted instead"),
        ("duplicate_kind", "string", "same_bytes 内容字节相同；same_report 数字、地区、时期相同且文字相近",
         "same_bytes: equal files; same_report: equal figures, place and period, and nearly the same words"),
        ("format", "string", "格式", "Format that was found in the content"),
        ("title", "string", "标题", "Title of the report"),
        ("publisher", "string", "发布机构", "Office that published it"),
        ("place", "string", "地区", "Place that the report is about"),
        ("place_code", "string", "行政区划代码", "GB/T 2260 code of the place, where known"),
        ("period", "string", "报告期", "Period of the report as a whole, ISO 8601"),
        ("issued", "string", "成文或发布日期", "Date of issue, ISO 8601"),
        ("characters", "integer", "字符数", "Characters of the text"),
        ("figures", "integer", "数字条数", "Figures found"),
        ("indicators", "integer", "归入指标的条数", "Figures that an indicator of the library claims"),
        ("flagged", "integer", "存疑条数", "Figures with at least one flag"),
        ("unexplained", "integer", "未解释的数字", "Numeric mentions that no rule explains"),
        ("warnings", "list", "读取时的警告", "Warnings of the loader"),
        ("sha256", "string", "内容哈希", "SHA-256 of the bytes"),
    ),
    ("source",),
)

FIGURES = Table(
    "figures",
    "每个带计量的数字一行",
    "One row per number with a measure",
    columns(
        ("doc", "string", "文件编号", "Id of the document"),
        ("id", "string", "数字编号", "Id of the figure, stable across runs"),
        ("start", "integer", "起始位置", "First character of the quote in the document's text (0-based)"),
        ("end", "integer", "结束位置", "Position after the last character of the quote"),
        ("quote", "string", "原文", "The figure exactly as it stands in the text"),
        ("value", "digits", "数值（万、亿已展开）", "Value, 万 and 亿 expanded; 17.2% is 17.2"),
        ("value_max", "digits", "区间上限", "Upper end of a range"),
        ("unit", "string", "单位", "Printed measure under one name; nothing is converted"),
        ("modifier", "string", "限定：none approx at_least at_most range", "none, approx, at_least, at_most, range"),
        ("role", "string", "作用：level share growth change per_unit criterion",
         "level, share, growth, change, per_unit, criterion"),
        ("status", "string", "actual 已实现；target 计划；rule 规定",
         "actual, target (planned), rule (standing requirement)"),
        ("direction", "string", "升降", "up, down or empty: 下降2.1% is value 2.1, down"),
        ("subject", "string", "所指", "What is measured, complete enough to stand alone"),
        ("indicator", "string", "指标编号", "Indicator of the pattern library that claims the figure"),
        ("period", "string", "时期", "Period or date that the figure refers to, ISO 8601"),
        ("region", "string", "地区", "Place that the figure describes"),
        ("region_code", "string", "行政区划代码", "GB/T 2260 code of that place"),
        ("flags", "list", "疑点代码", "Codes of the flags; details in the table flags"),
        ("blocked", "boolean", "疑点是否使其不入可比表", "A flag keeps the printed value out of the comparable tables"),
        ("repair", "json", "修复后的读数", "The one reading that the evidence leaves: value, unit, subject, indicator"),
        ("confirmed", "list", "通过的核算", "Arithmetic checks that this figure passed"),
        ("heading", "string", "所在标题", "Nearest section heading above"),
        ("sentence", "string", "所在句子", "The sentence around the figure, cut to 300 characters"),
        ("page", "integer", "所在页", "Page on which the figure begins (PDF and images), from 1"),
        ("boxes", "json", "在页面上的位置", "Where it is printed: [page, x0, top, x1, bottom] in points, one per line"),
        ("confidence", "digits", "识别置信度", "Lowest recognition confidence of its characters (0 to 1), scans only"),
    ),
    ("id",),
)

FLAGS = Table(
    "flags",
    "每个疑点一行",
    "One row per reason to doubt a number",
    columns(
        ("doc", "string", "文件编号", "Id of the document"),
        ("figure", "string", "数字编号", "Figure that is doubted; empty for a damaged date"),
        ("start", "integer", "起始位置", "First character of the doubted number"),
        ("end", "integer", "结束位置", "Position after its last character"),
        ("quote", "string", "原文", "The number as printed"),
        ("code", "string", "疑点代码", "Code of the flag, see docs/flags.md"),
        ("severity", "string", "程度", "error, warning, info"),
        ("blocking", "boolean", "是否使其不入可比表", "Keeps the printed value out of the comparable tables"),
        ("message", "string", "说明（中文）", "What is wrong, in Chinese"),
        ("message_en", "string", "说明（英文）", "What is wrong, in English"),
        ("evidence", "string", "证据", "The arithmetic or the place in the text"),
        ("members", "list", "涉及的数字", "Figures that take part"),
        ("confirmed", "list", "另有证据的数字", "Members that other evidence confirms"),
        ("rivals", "json", "被排除或剩下的读法", "Readings that were excluded or are left, each with the reason"),
        ("repair", "json", "修复后的读数", "The one reading that the evidence leaves"),
    ),
    ("doc", "start", "end", "code", "members", "evidence"),
)

LEDGER = Table(
    "ledger",
    "文中每处数字的去向",
    "One row per numeric mention: what became of it",
    columns(
        ("doc", "string", "文件编号", "Id of the document"),
        ("start", "integer", "起始位置", "First character of the mention"),
        ("end", "integer", "结束位置", "Position after its last character"),
        ("quote", "string", "原文", "The mention as printed"),
        ("disposition", "string", "去向",
         "figure, date, ordinal, marker, name, identifier, furniture, malformed, unexplained"),
        ("rule", "string", "所据规则", "Rule that set it aside; empty for figures and unexplained mentions"),
        ("figure", "string", "数字编号", "Figure it became, or belongs to"),
        ("flags", "list", "疑点代码", "Codes of the flags on a damaged date"),
        ("repair", "string", "修复后的日期", "What a damaged date most likely said"),
    ),
    ("doc", "start"),
)

OBSERVATIONS = Table(
    "observations",
    "可比数据（长表）：地区 × 时期 × 指标",
    "Comparable data, long: place x period x indicator",
    columns(
        ("place_id", "string", "地区标识（跨更名不变）", "Identity of the place across changes of name and code"),
        ("place", "string", "地区", "Name of the place in the period's year"),
        ("place_code", "string", "行政区划代码（当年有效）", "GB/T 2260 code valid in the period's year, where known"),
        ("level", "string", "层级", "province, prefecture, county, township, or empty"),
        ("parent", "string", "上级地区", "Place above it"),
        ("period", "string", "时期", "Period of the figure, ISO 8601"),
        ("period_kind", "string", "时期类别", "year, half_year, quarter, month, ytd, point, multi_year, span"),
        ("row", "string", "面板中的行", "Period of the panel row: a year-end stock stands in the row of its year"),
        ("indicator", "string", "指标编号", "Id of the indicator"),
        ("label", "string", "指标名称", "Label of the indicator"),
        ("value", "number", "数值（指标单位）", "Value in the indicator's unit; negative where the figure goes down"),
        ("value_max", "number", "区间上限", "Upper end of a range"),
        ("unit", "string", "指标单位", "Unit of the indicator"),
        ("modifier", "string", "限定", "none, approx, at_least, at_most, range"),
        ("status", "string", "actual 已实现；target 计划；rule 规定", "actual, target, rule"),
        ("use", "string", "kept 入面板；support 佐证；conflict 矛盾",
         "kept: the panel's value; support: another mention that agrees; conflict: mentions disagree, none is used"),
        ("support", "integer", "一致的出处数", "Mentions that agree in this cell, this one included; 0 in a conflict"),
        ("repaired", "boolean", "是否修复值", "The value is a repaired reading, not the printed one"),
        ("rule", "string", "修复所据规则", "Rule that proved the repaired reading"),
        ("flags", "list", "疑点代码", "Flags on the figure"),
        ("confirmed", "list", "通过的核算", "Arithmetic checks that the figure passed"),
        ("subject", "string", "所指", "What the report says is measured"),
        ("quote", "string", "原文", "The figure as printed"),
        ("doc", "string", "文件编号", "Document of the figure"),
        ("figure", "string", "数字编号", "Id of the figure"),
    ),
    ("place_id", "row", "indicator", "status", "doc", "figure", "value"),
)

SET_ASIDE = Table(
    "set_aside",
    "归入指标但未入可比表的数字及原因",
    "Figures that an indicator claims but that are no observation, with the reason",
    columns(
        ("doc", "string", "文件编号", "Id of the document"),
        ("figure", "string", "数字编号", "Id of the figure"),
        ("indicator", "string", "指标编号", "Indicator that claims it"),
        ("reason", "string", "原因代码", "blocked, no_place, no_period, unit, too_long"),
        ("detail", "string", "说明", "What exactly stands in the way"),
        ("value", "digits", "数值", "Value as in figures"),
        ("unit", "string", "单位", "Unit as in figures"),
        ("subject", "string", "所指", "What is measured"),
        ("quote", "string", "原文", "The figure as printed"),
    ),
    ("doc", "figure", "indicator"),
)

PANEL = Table(
    "panel",
    "面板（宽表）：每个地区、每个时期一行，每个指标一列",
    "Comparable data, wide: one row per place and period, one column per indicator",
    columns(
        ("place_id", "string", "地区标识（跨更名不变）", "Identity of the place across changes of name and code"),
        ("place", "string", "地区", "Name of the place in the period's year"),
        ("place_code", "string", "行政区划代码（当年有效）", "GB/T 2260 code valid in the period's year, where known"),
        ("level", "string", "层级", "province, prefecture, county, township, or empty"),
        ("parent", "string", "上级地区", "Place above it"),
        ("period", "string", "时期", "Period of the row, ISO 8601"),
        ("period_kind", "string", "时期类别", "year, half_year, quarter, month, ytd, point, multi_year, span"),
        ("documents", "integer", "来源文件数", "Documents that the row's values come from"),
        ("conflicts", "integer", "矛盾的指标数", "Cells left empty because mentions disagree"),
    ),
    ("place_id", "period"),
)

TEXTS = Table(
    "texts",
    "每份文件的正文和版面（仅 Parquet）",
    "Text and layout of each document that was read (Parquet only)",
    columns(
        ("doc", "string", "文件编号", "Id of the document"),
        ("text", "string", "正文", "The text that all positions count in"),
        ("blocks", "json", "版面", "Titles, paragraphs, table cells, furniture: the fields' names, then a list each"),
        ("meta", "json", "元数据", "What the page or file says about itself"),
        ("pages", "json", "页", "Pages of a PDF or image, as the blocks are written"),
        ("glyphs", "binary", "字符位置", "Page, box and recognition confidence of each character of a paged document"),
    ),
    ("doc",),
)

#: In the order in which a run writes and the dictionary lists them; the panel's indicator columns come with the run.
TABLES: tuple[Table, ...] = (DOCUMENTS, FIGURES, OBSERVATIONS, SET_ASIDE, PANEL, FLAGS, LEDGER)
BY_NAME = {table.name: table for table in TABLES}
#: What the data dictionary describes: the tables for people, and the texts that programs read beside them.
DESCRIBED: tuple[Table, ...] = (*TABLES, TEXTS)
