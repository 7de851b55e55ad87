"""Tables that many processes have encoded are byte by byte those of one writer, whatever dies on the way."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support_batch import program, start, tables, write_corpus

from extractor.batch import planning, settling
from extractor.batch import run as running
from extractor.batch.engine import Done, Inline, Task
from extractor.batch.joining import Cutter, Stretch
from extractor.batch.parts import PartError
from extractor.batch.run import Job, execute, run
from extractor.batch.watch import Watcher
from extractor.library import load_library
from extractor.tables import schema, write
from extractor.tables.joined import JoinedTable, encode_group
from extractor.tables.records import Row
from extractor.tables.rowgroups import groups
from extractor.tables.write import csv_text, encoded, write_table

LIBRARY = load_library()


def ledger_rows(count: int) -> list[Row]:
    return [(f"d{at // 40}", at, at + 3, f"{at}户", ("figure", "date")[at % 2], None, f"f{at}" if at % 3 else None, "",
             None) for at in range(count)]


@pytest.mark.parametrize("count", [0, 1, 50, 1700])
def test_copied_row_groups_make_the_file_that_one_writer_makes(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "GROUP", 50)  # 34 groups: the number of a list is written in two ways
    rows = ledger_rows(count)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    write_table(tmp_path / "one", schema.LEDGER, rows)
    with JoinedTable(tmp_path / "two", schema.LEDGER) as joined:
        for number, first in enumerate(range(0, max(count, 1), 50)):
            batch = rows[first : first + 50]
            target = str(tmp_path / f"{number}")
            table = pa.concat_tables([encoded(schema.LEDGER, batch)]).combine_chunks()
            joined.append(encode_group(schema.LEDGER, table, csv_text(schema.LEDGER, batch), target), target)
    for name in ("ledger.parquet", "ledger.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert pq.read_table(tmp_path / "two" / "ledger.parquet").num_rows == count
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_a_row_group_with_offsets_that_are_not_known_is_refused() -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"figures": [1, 2, 3]}), sink, write_page_index=True)
    with pytest.raises(ValueError, match="page index"):
        list(groups(sink.getvalue().to_pybytes()))


def test_a_table_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), JoinedTable(tmp_path, schema.LEDGER):
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def ends(sizes: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.cumsum([0, *sizes])


@pytest.mark.parametrize("seed", range(20))
def test_groups_are_cut_by_rows_alone_and_hold_everything_once(seed: int) -> None:
    draw = random.Random(seed)
    cutter, groups, expected = Cutter(10), [], []
    for source in "abcd":
        rows = [draw.choice((0, 0, 1, 3, 12, 31)) for _ in range(draw.randrange(1, 6))]
        texts = [size * 7 for size in rows]
        groups += cutter.add(source, ends(rows), ends(texts))
        expected += [(source, at) for at in range(sum(rows))]
    groups.append(cutter.rest())
    found = [[(s.source, at) for s in group for at in range(*s.rows)] for group in groups]
    assert [row for group in found for row in group] == expected
    assert {len(group) for group in found[:-1]} <= {10}
    texts_found = [(s.source, at) for group in groups for s in group for at in range(*s.text)]
    assert texts_found == [(source, at) for source in "abcd"
                           for at in range(7 * sum(name == source for name, _ in expected))]


def test_groups_of_texts_end_by_documents_and_by_characters() -> None:
    cutter = Cutter(3, 100)
    characters = [5, 5, 0, 5, 200, 5, 99, 1, 5]
    rows = [1, 1, 0, 1, 1, 1, 1, 1, 1]
    full = cutter.add("a", ends(rows), ends([0] * 9), ends(characters))
    assert [group[0].rows for group in full] == [(0, 3), (3, 4), (4, 6)]
    assert cutter.rest() == [Stretch("a", (6, 8), (0, 0))]


def test_small_groups_hold_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = write_corpus(tmp_path / "reports", 14)
    (corpus / "c").mkdir()
    for name in ("00003", "00006"):
        (corpus / "c" / f"{name}.txt").write_bytes((corpus / "b" / f"{name}.txt").read_bytes())
    (corpus / "d.txt").write_bytes(b"")
    execute([str(corpus)], tmp_path / "one", LIBRARY)
    monkeypatch.setattr(write, "GROUP", 7)
    monkeypatch.setattr(write, "TEXT_ROWS", 3)
    monkeypatch.setattr(settling, "BUCKET", 5)
    monkeypatch.setattr(planning, "CHUNK", 4)
    execute([str(corpus)], tmp_path / "two", LIBRARY)
    one, two = tables(tmp_path / "one"), tables(tmp_path / "two")
    for name in one:
        if name.endswith(".csv"):
            assert one[name] == two[name]
        elif name.endswith(".parquet") and name != "dictionary.parquet":
            first, second = (pq.ParquetFile(tmp_path / run / name) for run in ("one", "two"))
            assert first.read().equals(second.read(), check_metadata=True)
            groups = [second.metadata.row_group(at).num_rows for at in range(second.num_row_groups)]
            assert set(groups[:-1]) <= {3 if name == "texts.parquet" else 7}
            assert len(groups) > 1 or first.metadata.num_rows < 8


class Blind(Inline):
    """Processes that see no disk of ours: only documents may be read there."""

    def __init__(self) -> None:
        super().__init__(LIBRARY)

    def run(self, next_task: Callable[[], Task | None], is_stopped: Callable[[], bool] = lambda: False
            ) -> Iterator[Done]:
        def seen() -> Task | None:
            task = next_task()
            assert task is None or type(task).__name__ == "ReadTask"
            return task

        return super().run(seen, is_stopped)

    def shares(self, folder: Path) -> bool:
        return False


def test_processes_that_do_not_see_the_folder_are_not_asked_to_write_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus(tmp_path / "reports", 5)
    execute([str(corpus)], tmp_path / "one", LIBRARY)
    monkeypatch.setattr(running, "_engine", lambda *_: Blind())
    run(Job([str(corpus)], str(tmp_path / "two"), 2), LIBRARY, Watcher())
    assert tables(tmp_path / "one") == tables(tmp_path / "two")


@pytest.mark.parametrize("workers", [0, 2])
def test_a_part_that_rots_inside_is_done_again_by_whoever_finds_it(workers: int, tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "reports", 6)
    execute([str(corpus)], tmp_path / "run", LIBRARY)
    before = tables(tmp_path / "run")
    part = min((tmp_path / "run" / ".parts").rglob("*.part"))
    data = bytearray(part.read_bytes())
    data[data.index(b"figures.arrow") + 400] ^= 0xFF
    part.write_bytes(bytes(data))
    (tmp_path / "run" / "manifest.json").unlink()
    assert execute([str(corpus)], tmp_path / "run", LIBRARY, workers=workers).done == 2
    assert tables(tmp_path / "run") == before


def test_a_damaged_part_is_named_across_processes() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(PartError("ab12", OSError("cut off"))))
    assert (error.part, str(error)) == ("ab12", "ab12: cut off")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_ends_while_tables_are_joined_is_repeated_as_if_it_had_not_been(
    number: int, tmp_path: Path
) -> None:
    corpus = write_corpus(tmp_path / "reports", 40)
    assert program("run", corpus, "--output", tmp_path / "whole", "--workers", 2).returncode == 0
    joining = start("run", corpus, "--output", tmp_path / "run", "--workers", 2, chunk=4)
    deadline = time.monotonic() + 60
    while not list((tmp_path / "run").glob(".partial/.pieces-*/*")):
        assert joining.poll() is None, joining.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.001)
    os.kill(joining.pid, number)  # its processes are left to find out for themselves
    joining.communicate(timeout=60)
    assert joining.returncode == (-number if number == signal.SIGKILL else 130)
    if number == signal.SIGINT:
        assert not list((tmp_path / "run").glob(".partial"))
    assert not (tmp_path / "run" / "manifest.json").exists()
    assert program("run", corpus, "--output", tmp_path / "run", "--workers", 2).returncode == 0
    assert tables(tmp_path / "run") == tables(tmp_path / "whole")
    assert not list((tmp_path / "run").glob(".partial"))
