"""A run as a DuckDB database: the same tables and types as the Parquet files, with their meaning as comments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from extractor.tables.stored import Stored


def write_duckdb(tables: Mapping[str, Stored], target: Path) -> None:
    """Write the database file."""
    import duckdb

    target.unlink(missing_ok=True)
    with duckdb.connect(str(target)) as connection:
        for name, stored in tables.items():
            relation = stored.arrow()
            connection.register("incoming", relation)
            connection.execute(f"CREATE TABLE {_name(name)} AS SELECT * FROM incoming")
            connection.unregister("incoming")
            connection.execute(f"COMMENT ON TABLE {_name(name)} IS {_text(f'{stored.table.zh} {stored.table.en}')}")
            for column in stored.table.columns:
                where = f"{_name(name)}.{_name(column.name)}"
                connection.execute(f"COMMENT ON COLUMN {where} IS {_text(f'{column.zh} {column.en}')}")


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
