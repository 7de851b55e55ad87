"""Sources that are no report: each gets one line with file, reason and what to do, and no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_cli_commands import error_of, extractor

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("empty.txt", b"", "is empty"),
        ("binary.bin", bytes(range(256)) * 40, "binary"),
        ("nul.txt", "完成12户".encode() + b"\0\0", "NUL"),
        ("archive.zip", b"PK\x03\x04" + b"\x14\0" * 60, "zip"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "Office"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "picture"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(tmp_path: Path, name: str, content: bytes, part: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    line = error_of(extractor("extract", path), 1)
    assert str(path) in line
    assert part in line
    assert line.endswith(")"), "no hint"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "does not exist" in error_of(extractor("extract", tmp_path / "none.txt"), 1)
    assert "extractor run" in error_of(extractor("extract", tmp_path), 1)


def test_a_hundred_megabytes_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as stream:
        stream.truncate(100 * MEGABYTE)
    assert "too large" in error_of(extractor("extract", path), 1)


def test_an_endless_standard_input_is_refused() -> None:
    assert "too large" in error_of(extractor("extract", "-", stdin="全" * (25 * MEGABYTE)), 1)


def test_a_million_digits_are_accounted_for_in_a_few_seconds(tmp_path: Path) -> None:
    path = tmp_path / "digits.txt"
    path.write_text("全县脱贫户3909户。\n" + "7" * 1_000_000 + "\n", encoding="utf-8")
    done = extractor("run", path, "--output", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "1 documents read" in done.stdout


def test_a_wrong_encoding_never_gives_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes("全县脱贫户3909户。".encode() + b"\xff\xfe\xfd\x81 " + "增长12%".encode("gb18030"))
    done = extractor("extract", path)
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("files", "part"),
    [
        ({"indicators/x.yaml": "- id: a.b\n  lable_zh: 甲\n"}, "lable_zh"),
        ({"indicators/x.yaml": "- id: [unclosed\n"}, "YAML"),
        ({"units.yaml": "units: 12\n"}, "units"),
    ],
)
def test_invalid_patterns_are_a_wrong_call(tmp_path: Path, files: dict[str, str], part: str) -> None:
    folder = tmp_path / "patterns"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (tmp_path / "a.txt").write_text("全县脱贫户3909户。", encoding="utf-8")
    done = extractor("extract", tmp_path / "a.txt", "--patterns", folder)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("error: ")
    assert part in done.stderr
