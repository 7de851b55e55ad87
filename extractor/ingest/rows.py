"""Rows of text files as documents: JSONL, a JSON list, CSV in any delimiter and encoding.

Each record keeps its byte offset, so that a worker reads its own rows and no others. A record that is broken is an
error of its own; the next one is read all the same.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from extractor.errors import InputError

from .columns import text_column
from .encoding import decode
from .member import Content, Member, damaged
from .source import Limits, read_up_to, too_large

#: What is looked at to tell how a file is written: each chunk of documents does it again, so it is little; a file whose
#: first records are longer than that is looked at further.
_SAMPLES = (1 << 16, 1 << 22)
_SAMPLE = _SAMPLES[-1]
_SAMPLE_ROWS = 40
_DELIMITERS = (",", "\t", ";", "|")
_HEADER = 60
_NONE: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written and which columns it has. ``body`` is the byte offset of the first record."""

    encoding: str
    delimiter: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    body: int
    header: bool


class JsonLines:
    """JSON objects, one a line."""

    def __init__(self, stream: BinaryIO, name: str, limits: Limits, column: str | None) -> None:
        self._stream, self._name, self._limits, self._wanted = stream, name, limits, column
        self._column: str | None = None

    def members(self) -> Iterator[Member]:
        self._stream.seek(0)
        offset = 0
        for number, line in enumerate(_lines(self._stream, self._limits.text), 1):
            if line.strip(b" \t\r\n\xef\xbb\xbf"):
                note = "too_large" if len(line) > self._limits.text else ""
                yield Member(str(number), offset, len(line), len(line), 0, note)
            offset = self._stream.tell()

    def read(self, member: Member) -> Content:
        self._column = self._column or self._text()
        self._stream.seek(member.offset)
        return json_content(self._stream.read(member.length), self._column, f"{self._name}!{member.name}")

    def _text(self) -> str:
        """The name of the text column, from the first records that can be read."""
        self._stream.seek(0)
        records = []
        seen = 0
        for line in _lines(self._stream, self._limits.text):
            seen += len(line)
            try:
                record = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError):
                record = None
            if isinstance(record, dict):
                records.append(record)
            if len(records) >= _SAMPLE_ROWS or seen > _SAMPLE:
                break
        return json_column(records, self._wanted, self._name)


class JsonList:
    """One JSON list of objects; it is read whole, so it has to be small."""

    def __init__(self, stream: BinaryIO, name: str, limits: Limits, column: str | None) -> None:
        self._name = name
        data = read_up_to(stream, limits.text)
        if len(data) > limits.text:
            raise too_large(name, len(data), limits.text)
        try:
            records = json.loads(decode(data, name).text.lstrip("\ufeff"))
        except (ValueError, RecursionError) as error:
            raise damaged(name, f"it is no valid JSON ({error})", "write one JSON object a line (JSONL)") from None
        self._records: list[Any] = records if isinstance(records, list) else [records]
        self._column = json_column([r for r in self._records[:_SAMPLE_ROWS] if isinstance(r, dict)], column, name)

    def members(self) -> Iterator[Member]:
        for i in range(len(self._records)):
            yield Member(str(i + 1), i)

    def read(self, member: Member) -> Content:
        return record_content(self._records[member.offset], self._column, f"{self._name}!{member.name}")


class Csv:
    """Delimited text with a column of reports."""

    def __init__(self, stream: BinaryIO, name: str, limits: Limits, column: str | None) -> None:
        self._stream, self._name, self._limits = _readable(stream, name, limits), name, limits
        dialect = sniff(self._stream, name)
        if dialect is None:
            raise InputError("is no table of delimited text", where=name, code="format",
                             hint="save it as CSV in UTF-8, with a header")
        self._dialect = dialect
        found = text_column(dialect.names, dialect.rows, column, where=name, least=1)
        if found is None:
            raise _no_text(name, dialect.names)
        self._column = found

    def members(self) -> Iterator[Member]:
        records = _records(self._stream, self._dialect, self._limits.text)
        for number, (offset, length, note) in enumerate(records, 1):
            yield Member(str(number), offset, length, length, 0, note)

    def read(self, member: Member) -> Content:
        where = f"{self._name}!{member.name}"
        self._stream.seek(member.offset)
        data = self._stream.read(member.length)
        try:
            text, warnings = data.decode(self._dialect.encoding), _NONE
        except UnicodeDecodeError:
            text = data.decode(self._dialect.encoding, "replace")
            warnings = (f"damaged_bytes: some bytes are not valid {self._dialect.encoding} (shown as �)",)
        csv.field_size_limit(self._limits.text)
        try:
            row = next(iter(csv.reader(io.StringIO(text, newline=""), delimiter=self._dialect.delimiter)), [])
        except csv.Error as error:
            raise damaged(where, error, "look at the line in a text editor") from None
        return row_content(self._dialect.names, row, self._column, where, warnings)


def row_content(names: Sequence[str], row: Sequence[str], column: int, where: str,
                warnings: tuple[str, ...] = ()) -> Content:
    """The text of a row and its other columns. Raises :class:`InputError` ``empty`` where the cell holds nothing."""
    text = row[column] if column < len(row) else ""
    if not text.strip():
        raise InputError(f"its column {names[column]!r} is empty", where=where, code="empty",
                         hint="nothing to extract; check the table")
    others = enumerate(zip(names, row, strict=False))
    fields = {name: value for i, (name, value) in others if i != column and value.strip()}
    return Content(text=text, fields=fields, warnings=warnings)


def json_content(data: bytes, column: str, where: str) -> Content:
    """The document in one line of JSON."""
    try:
        record = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise damaged(where, "its JSON is nested too deeply", "look at the line in a text editor") from None
    except ValueError as error:
        raise damaged(where, f"it is no valid JSON ({error})", "look at the line in a text editor") from None
    return record_content(record, column, where)


def record_content(record: object, column: str, where: str) -> Content:
    """The document in one JSON object: lists of paragraphs are joined, other values kept as JSON."""
    if not isinstance(record, dict):
        raise InputError("is no JSON object", where=where, code="format", hint="write one JSON object a line")
    text = _plain(record.get(column))
    if not text.strip():
        raise InputError(f"its field {column!r} is empty", where=where, code="empty",
                         hint="nothing to extract; check the record")
    return Content(text=text, fields={key: _plain(value) for key, value in record.items() if key != column})


def json_column(records: Sequence[Mapping[str, object]], wanted: str | None, where: str) -> str:
    """The field that holds the reports. Raises :class:`InputError` where there is none."""
    names = list(dict.fromkeys(key for record in records for key in record))
    rows = [[_plain(record.get(name)) for name in names] for record in records]
    found = text_column(names, rows, wanted, where=where, least=1)
    if found is None:
        raise _no_text(where, names)
    return names[found]


def _no_text(where: str, names: Sequence[str]) -> InputError:
    return InputError("has no column with Chinese text", where=where, code="column",
                      hint="call it 正文 in the header; there are: " + ", ".join(names)[:300])


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    return json.dumps(value, ensure_ascii=False)


def _lines(stream: BinaryIO, limit: int) -> Iterator[bytes]:
    """Lines with their ends; of one beyond the limit only as much as shows that it is too long."""
    while line := stream.readline(limit + 1):
        yield line
        while line and not line.endswith(b"\n") and len(line) > limit:
            line = stream.readline(limit + 1)


def _records(stream: BinaryIO, dialect: Dialect, limit: int) -> Iterator[tuple[int, int, str]]:
    """Offset, length and note of each record of a CSV file, the header left out."""
    csv.field_size_limit(limit)
    stream.seek(dialect.body)
    fed = _Feed(stream, dialect.encoding, limit)
    start = dialect.body
    reader = csv.reader(fed, delimiter=dialect.delimiter)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # A field without end, or far too long, or a carriage return alone: the record ends where its quotes do.
            note = "too_large" if fed.taken > limit else f"damaged: {error}"
            fed.skip()
            reader = csv.reader(fed, delimiter=dialect.delimiter)
            yield start, min(fed.position - start, limit), note
            row = []
        if any(cell.strip() for cell in row):
            yield start, fed.position - start, ""
        start, fed.quotes = fed.position, 0


class _Feed:
    """Decoded lines for ``csv``, with the byte position behind the last one and the quotes since it was set to 0."""

    def __init__(self, stream: BinaryIO, encoding: str, limit: int) -> None:
        self._stream, self._encoding, self._limit = stream, encoding, limit
        self.position = stream.tell()
        self.quotes = 0
        self.taken = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(self._limit + 1)
        if not line:
            raise StopIteration
        if self.quotes % 2:
            self.taken += len(line)
        else:
            self.taken = len(line)
        self._count(line)
        if self.taken > self._limit:
            self._skip_line(line)
            raise csv.Error("field larger than field limit")
        return line.decode(self._encoding, "replace")

    def skip(self) -> None:
        """Pass over what is left of a record: up to the end of the line that closes its quotes."""
        while self.quotes % 2 and (line := self._stream.readline(self._limit + 1)):
            self._count(line)
            self._skip_line(line)
        self.taken = 0

    def _count(self, line: bytes) -> None:
        self.position += len(line)
        self.quotes += line.count(b'"')

    def _skip_line(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._stream.readline(self._limit + 1)
            self._count(line)


def _readable(stream: BinaryIO, name: str, limits: Limits) -> BinaryIO:
    """The stream, or its text as UTF-8 with usual line ends where lines cannot be found by bytes: UTF-16, as Excel
    writes it, or carriage returns alone, as old Macs did."""
    stream.seek(0)
    head = stream.read(_SAMPLE)
    stream.seek(0)
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not wide and (b"\r" not in head or b"\n" in head):
        return stream
    data = read_up_to(stream, limits.text)
    if len(data) > limits.text:
        raise too_large(name, len(data), limits.text)
    text = decode(data, name).text
    return io.BytesIO((text if wide else text.replace("\r", "\n")).encode("utf-8", "replace"))


def holds_reports(stream: BinaryIO, name: str, limits: Limits) -> bool:
    """Whether a text is a table of delimited text with a column of reports; one of numbers is a document."""
    try:
        dialect = sniff(_readable(stream, name, limits), name)
    except InputError:
        return False
    return dialect is not None and text_column(dialect.names, dialect.rows) is not None


def sniff(stream: BinaryIO, name: str = "") -> Dialect | None:
    """How the text in ``stream`` is delimited; None where it is no table: fewer than two records of two columns."""
    found = None
    for size in _SAMPLES:
        stream.seek(0)
        data = stream.read(size)
        found = _sniff(data, len(data) < size, name)
        if found is not None or len(data) < size:
            break
    return found


def _sniff(data: bytes, whole: bool, name: str) -> Dialect | None:
    if not whole:
        data = data[: data.rfind(b"\n") + 1]
    first = re.split(rb"[\r\n]", data, maxsplit=1)[0]
    if b"\0" in data or not any(d.encode() in first for d in _DELIMITERS):
        return None
    try:
        decoded = decode(data, name)
    except InputError:
        return None
    best: tuple[float, int, str, list[list[str]]] | None = None
    for delimiter in _DELIMITERS:
        rows = _parse(decoded.text.lstrip("\ufeff"), delimiter)
        if not whole and len(rows) < _SAMPLE_ROWS and data.count(b'"') % 2:
            rows = rows[:-1]  # the sample ends within it
        if len(rows) < 2:
            continue
        width, count = Counter(map(len, rows)).most_common(1)[0]
        share = count / len(rows)
        if width >= 2 and len(rows[0]) == width and share >= 0.8 and (best is None or (share, width) > best[:2]):
            best = (share, width, delimiter, rows)
    if best is None:
        return None
    _, width, delimiter, rows = best
    header = is_header(rows)
    names = tuple(cell.strip() or f"column_{i + 1}" for i, cell in enumerate(rows[0])) if header else tuple(
        f"column_{i + 1}" for i in range(width))
    body = 0
    if header:
        feed = _Feed(io.BytesIO(data), decoded.encoding, _SAMPLE)
        try:
            next(csv.reader(feed, delimiter=delimiter), None)
        except csv.Error:
            return None
        body = feed.position
    sample = tuple(tuple(row) for row in (rows[1:] if header else rows))
    return Dialect(decoded.encoding, delimiter, names, sample, body, header)


def _parse(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    csv.field_size_limit(2 * _SAMPLE)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) >= _SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # what was read before counts
    return rows


def is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names columns: short cells, all different, none a number, none as long as a report."""
    first = [cell.strip() for cell in rows[0]]
    if any(len(cell) > _HEADER for cell in first) or len({*filter(None, first)}) < sum(map(bool, first)):
        return False
    # 2019 is a number that names a column.
    return not any(re.fullmatch(r"-?[\d.,]+%?", cell) and not re.fullmatch(r"(?:19|20)\d\d", cell) for cell in first)
