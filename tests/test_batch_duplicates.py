"""The same report twice is counted once: equal bytes, or a copy in another file; reports of two years never."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from support_batch import report

from extractor.batch.duplicates import SAME_BYTES, SAME_REPORT, alike, find
from extractor.batch.run import execute
from extractor.library import load_library


def documents(run: Path) -> dict[str, dict[str, object]]:
    return {Path(str(row["source"])).name: row for row in pq.read_table(run / "documents.parquet").to_pylist()}


def write(folder: Path, **texts: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def test_copies_are_counted_once_and_linked(tmp_path: Path) -> None:
    text = report(1)
    page = "<html><body><h1>" + text.replace("\n", "</p><p>").replace("</p><p>", "</h1><p>", 1) + "</p></body></html>"
    write(tmp_path / "reports", a=text, b=text, c=text.replace("，", ", ").replace("。", "。\n"), d=report(2))
    (tmp_path / "reports" / "e.html").write_text(page, encoding="utf-8")
    outcome = execute([str(tmp_path / "reports")], tmp_path / "run", load_library())
    assert outcome.summary.documents == {"ok": 2, "duplicate": 3}
    found = documents(tmp_path / "run")
    kinds = {name: row["duplicate_kind"] for name, row in found.items() if row["status"] == "duplicate"}
    assert kinds == {"b.txt": SAME_BYTES, "c.txt": SAME_REPORT, "e.html": SAME_REPORT}
    assert {row["duplicate_of"] for name, row in found.items() if name in kinds} == {found["a.txt"]["doc"]}
    for table in ("figures", "ledger", "observations", "texts"):
        docs = set(pq.read_table(tmp_path / "run" / f"{table}.parquet", columns=["doc"]).column("doc").to_pylist())
        assert docs == {found["a.txt"]["doc"], found["d.txt"]["doc"]}


def test_a_report_that_differs_in_one_number_a_year_or_a_place_is_no_copy(tmp_path: Path) -> None:
    text = report(5)
    place = text[: text.index("县") + 1]
    year = text[len(place) : len(place) + 4]
    number = text[text.index("脱贫户") + 3 :][:3]
    write(
        tmp_path / "reports", a=text, b=text.replace(number, "917", 1), c=text.replace(place, "望溪县"),
        d=text.replace(year, str(int(year) - 1)).replace(str(int(year) + 1), year),
    )
    outcome = execute([str(tmp_path / "reports")], tmp_path / "run", load_library())
    assert outcome.summary.documents == {"ok": 4}


def test_equal_figures_with_other_words_are_no_copy(tmp_path: Path) -> None:
    text = report(5)
    other = text.replace("监测对象", "易返贫致贫家庭").replace("落实财政衔接资金", "投入各级财政专项补助合计")
    other = other.replace("总体情况", "一年来的工作").replace("新增务工就业", "帮助外出打工的群众达到")
    assert not alike(text, other)
    write(tmp_path / "reports", a=text, b=other)
    assert execute([str(tmp_path / "reports")], tmp_path / "run", load_library()).summary.documents == {"ok": 2}


def test_few_figures_prove_nothing(tmp_path: Path) -> None:
    text = "望溪县2023年工作总结\n全县完成率100%，覆盖率100%，满意度98%。\n"
    write(tmp_path / "reports", a=text, b=text.replace("。", "。 "))
    assert execute([str(tmp_path / "reports")], tmp_path / "run", load_library()).summary.documents == {"ok": 2}


def test_the_first_in_order_is_counted_and_groups_do_not_chain() -> None:
    hashes = np.array([b"a", b"b", b"a", b"c", b"a"], dtype="S32").view("V32")
    same = np.array([b"x", b"x", b"x", b"x", b""], dtype="S16").view("V16")
    usable = np.array([True, True, True, False, True])
    words = {0: "脱贫户监测对象务工就业", 1: "完全不同的另一份报告文字"}
    assert find(hashes, same, usable, words.__getitem__) == {2: (0, SAME_BYTES), 4: (0, SAME_BYTES)}
    words[1] = words[0]
    assert find(hashes, same, usable, words.__getitem__)[1] == (0, SAME_REPORT)


def test_documents_of_an_archive_are_taken_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    with zipfile.ZipFile(tmp_path / "reports" / "all.zip", "w") as archive:
        for number in range(5):
            archive.writestr(f"{number}.txt", report(number))
        archive.writestr("empty.txt", "")
    outcome = execute([str(tmp_path / "reports")], tmp_path / "run", load_library())
    assert outcome.summary.documents == {"ok": 5, "error": 1}
    assert sorted(documents(tmp_path / "run")) == [*(f"all.zip!{n}.txt" for n in range(5)), "all.zip!empty.txt"]
    again = execute([str(tmp_path / "reports")], tmp_path / "run", load_library())
    assert again.done == 0 or again.summary.documents == {"ok": 5, "error": 1}
