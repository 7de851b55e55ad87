"""Broken pattern files: each mistake has a message with file, line, key and what to do."""

from __future__ import annotations

import pickle
import time
from pathlib import Path

import pytest

from extractor.errors import PatternError
from extractor.library import load_library
from extractor.patternfiles import Fields, Problems, parse
from extractor.pipeline import extract

GOOD = """\
- id: roofs.households
  topic: roofs
  label_zh: 屋顶光伏户数
  label_en: Households with rooftop solar
  unit: 户
  kind: flow
  definition: Households with rooftop solar installed in the period.
  claims:
    - clause: [屋顶光伏]
      not: [电站]
  examples:
    - text: 全县安装屋顶光伏12户。
      value: 12
    - text: 屋顶光伏13户。
      value: 13
    - text: 新装屋顶光伏14户。
      value: 14
  rejects:
    - 电站带动屋顶光伏15户。
    - 光伏收益16万元。
"""


def write(folder: Path, text: str, name: str = "roofs.yaml") -> Path:
    path = folder / "indicators" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def message(folder: Path) -> str:
    with pytest.raises(PatternError) as caught:
        load_library(folder)
    return str(caught.value)


def test_a_good_folder_adds_to_the_packaged_library(tmp_path: Path) -> None:
    library = load_library(write(tmp_path, GOOD))
    assert library.indicator("roofs.households").unit == "户"
    assert library.indicator("monitoring.households").unit == "户"


def test_an_entry_of_the_user_overrides_the_packaged_one(tmp_path: Path) -> None:
    library = load_library(write(tmp_path, GOOD.replace("roofs.households", "monitoring.households")))
    assert library.indicator("monitoring.households").label_zh == "屋顶光伏户数"


def test_unknown_key_names_file_line_and_near_key(tmp_path: Path) -> None:
    text = message(write(tmp_path, GOOD.replace("definition:", "defintion:")))
    assert "roofs.yaml:7: unknown key 'defintion' (did you mean 'definition'?)" in text
    assert "key 'definition' is missing" in text


def test_unknown_key_inside_a_claim(tmp_path: Path) -> None:
    assert "roofs.yaml:10: unknown key 'nott' (did you mean 'not'?)" in message(
        write(tmp_path, GOOD.replace("not: [电站]", "nott: [电站]"))
    )


def test_missing_unit(tmp_path: Path) -> None:
    assert "indicator 'roofs.households': key 'unit' is missing" in message(
        write(tmp_path, GOOD.replace("  unit: 户\n", ""))
    )


def test_wrong_kind_suggests_the_right_one(tmp_path: Path) -> None:
    assert "'flows' is no kind (did you mean 'flow'?)" in message(write(tmp_path, GOOD.replace("flow", "flows")))


def test_duplicate_id_names_both_places(tmp_path: Path) -> None:
    text = message(write(tmp_path, GOOD + GOOD))
    assert "roofs.yaml:21: id 'roofs.households' is given twice" in text
    assert "roofs.yaml:1" in text


def test_duplicate_id_in_two_files_of_one_folder(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    assert "is given twice" in message(write(tmp_path, GOOD, "more.yaml"))


def test_duplicate_key(tmp_path: Path) -> None:
    text = message(write(tmp_path, GOOD.replace("  kind: flow\n", "  kind: flow\n  kind: stock\n")))
    assert "roofs.yaml:7: key 'kind' is given twice" in text


def test_bad_regex(tmp_path: Path) -> None:
    assert "bad regex '(光伏'" in message(write(tmp_path, GOOD.replace("not: [电站]", "regex: (光伏")))


@pytest.mark.parametrize("pattern", ["(一|一一)+$", "(?:(?:[甲乙]|甲乙)+)+[丁戊]"])
def test_catastrophic_regex_is_refused_at_once(tmp_path: Path, pattern: str) -> None:
    began = time.monotonic()
    text = message(write(tmp_path, GOOD.replace("not: [电站]", f'regex: "{pattern}"')))
    assert "catastrophic" in text
    assert time.monotonic() - began < 5


def test_too_few_examples(tmp_path: Path) -> None:
    text = GOOD.replace("    - text: 新装屋顶光伏14户。\n      value: 14\n", "")
    assert "2 examples and 2 rejects (give at least three" in message(write(tmp_path, text))


def test_claim_without_terms(tmp_path: Path) -> None:
    assert "has no 'clause' terms" in message(
        write(tmp_path, GOOD.replace("clause: [屋顶光伏]", "sentence: [屋顶光伏]"))
    )


def test_a_value_that_is_no_number(tmp_path: Path) -> None:
    assert "roofs.yaml:13: 'value' must be a number" in message(
        write(tmp_path, GOOD.replace("value: 12\n", "value: 1.2万\n"))
    )


def test_unknown_rival(tmp_path: Path) -> None:
    text = message(write(tmp_path, GOOD.replace("  kind: flow\n", "  kind: flow\n  rival: monitoring.houshold\n")))
    assert "'rival' of 'roofs.households' names no indicator" in text


def test_yaml_bomb(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(50))
    assert "anchors and tags (& and !) are not allowed" in message(write(tmp_path, bomb))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: *x", "f.yaml:1: aliases (*name) are not allowed"),
        ("a: !!python/object:os.system x", "anchors and tags"),
        ("[" * 3000, "nested too deeply"),
        ("a:\n\tb: 1", "f.yaml:2: not valid YAML"),
        ("a: [1,\nb", "not valid YAML"),
        ("--- 1\n--- 2", "more than one YAML document"),
        ("a: \x00", "not valid YAML"),
    ],
)
def test_hostile_or_broken_yaml(text: str, expected: str) -> None:
    with pytest.raises(PatternError) as caught:
        parse(text, "f.yaml")
    assert expected in str(caught.value)


def test_a_file_that_is_not_utf8_or_too_large(tmp_path: Path) -> None:
    path = write(tmp_path, "") / "indicators" / "roofs.yaml"
    path.write_bytes("监测".encode("gb18030"))
    assert "not UTF-8" in message(tmp_path)
    path.write_bytes(b"#" * 2_000_001)
    assert "larger than" in message(tmp_path)


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    text = message(write(tmp_path, GOOD.replace("  unit: 户\n", "").replace("definition:", "defintion:")))
    assert "3 problems" in text


def test_scalars_keep_their_digits() -> None:
    assert parse("a: 17.20\nb: no\nc: 12\nd: true\ne: '12'\nf:", "f.yaml") == {
        "a": "17.20", "b": "no", "c": 12, "d": True, "e": "12", "f": None,
    }


def test_fields_report_types() -> None:
    problems = Problems()
    fields = Fields(parse("a: [1]\nb: yes please\nc: {x: 1}", "f.yaml"), "f.yaml", problems)
    fields.text("a")
    fields.flag("b")
    fields.texts("c")
    assert [str(e) for e in problems.errors] == [
        "f.yaml:1: 'a' must be text, not a list",
        "f.yaml:2: 'b' must be true or false, not text",
        "f.yaml:3: 'c' must be text or a list of texts, not a mapping",
    ]


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PatternError, match="does not exist"):
        load_library(tmp_path / "nowhere")


def test_a_folder_named_patterns_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "patterns", GOOD)
    monkeypatch.chdir(tmp_path)
    assert "roofs.households" in load_library().indicators


def test_the_hash_follows_the_content(tmp_path: Path) -> None:
    first = load_library(write(tmp_path, GOOD)).hash
    assert load_library(tmp_path).hash == first
    assert load_library(write(tmp_path, GOOD + "\n# note\n")).hash != first


def test_a_library_travels_to_workers(tmp_path: Path) -> None:
    library = load_library(write(tmp_path, GOOD))
    copy = pickle.loads(pickle.dumps(library))
    assert copy.hash == library.hash
    assert copy.indicators == library.indicators


def test_units_and_names_of_the_user_add_to_the_packaged_ones(tmp_path: Path) -> None:
    (tmp_path / "units.yaml").write_text(
        "units:\n  - {name: 蒲式耳, dimension: volume, examples: {12蒲式耳: 12}}\n"
        "  - {name: 座, aliases: [窑洞], dimension: count, examples: {3窑洞: 3}}\n"
        "rate_bases: [蒲式耳]\n", encoding="utf-8")
    (tmp_path / "names.yaml").write_text(
        "names:\n  - {id: own.slogan, literals: [八大碗], examples: [发展八大碗]}\nwords: [九寨]\n", encoding="utf-8")
    library = load_library(tmp_path)
    assert {"户", "人", "蒲式耳"} <= set(library.units.by_name)
    assert library.units.match("窑洞", 0) == (2, "座")
    figures = extract("云岭县2023年工作总结\n\n发展八大碗，收获大豆312蒲式耳，惠及208户。", library).figures
    assert [(figure.quote, figure.unit) for figure in figures] == [("312蒲式耳", "蒲式耳"), ("208户", "户")]


def test_a_unit_of_the_user_cannot_take_the_word_of_another_unit(tmp_path: Path) -> None:
    (tmp_path / "units.yaml").write_text(
        "units:\n  - {name: 家庭, aliases: [户], dimension: count, examples: {3家庭: 3}}\n", encoding="utf-8")
    with pytest.raises(PatternError, match="given twice"):
        _ = load_library(tmp_path).units
