"""Documentation that cannot fall behind: commands, columns, error codes, and what a clone must not contain."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from extractor.batch.manifest import LOG, MANIFEST
from extractor.cli import COMMANDS
from extractor.tables.dictionary import markdown
from extractor.tables.records import figure_record
from extractor.tables.schema import BY_NAME, DESCRIBED

ROOT = Path(__file__).resolve().parent.parent


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def docs() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md")))


def test_the_dictionary_is_that_of_the_schema() -> None:
    assert text("docs/dictionary.md") == markdown(DESCRIBED), "run: make docs"


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_documented(name: str) -> None:
    assert f"extractor {name}" in text("README.md")
    assert f"extractor {name}" in docs()


def test_every_table_and_file_of_a_run_is_documented() -> None:
    page = text("docs/tables.md")
    for name in (*BY_NAME, MANIFEST, LOG):
        assert f"`{name}`" in page


def test_every_field_of_the_figure_record_is_documented() -> None:
    from support_tables import figure, flag

    record = figure_record(figure(flags=(flag(),)))
    page = text("docs/figures.md")
    for name in (*record, *record["flags"][0]):  # type: ignore[index]
        assert f"`{name}`" in page, name


def test_every_error_code_is_documented() -> None:
    codes = set()
    for path in sorted((ROOT / "extractor").rglob("*.py")):
        codes |= set(re.findall(r"InputError\([^)]*?code=\"(\w+)\"", path.read_text(encoding="utf-8"), re.DOTALL))
    page = text("docs/running.md")
    assert len(codes) > 8
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []


def test_the_lock_has_hashes_and_no_address() -> None:
    lock = text("requirements.lock")
    assert "://" not in lock
    assert "index-" + "url" not in lock
    requirements = re.findall(r"^[a-z0-9].*==.*$", lock, re.MULTILINE)
    assert len(requirements) > 40
    assert all(line.endswith("\\") for line in requirements)
    assert re.search(r"^hatchling==", lock, re.MULTILINE)


def test_every_dependency_of_the_project_is_locked() -> None:
    import tomllib

    project = tomllib.loads(text("pyproject.toml"))["project"]
    wanted = project["dependencies"] + [name for extra in project["optional-dependencies"].values() for name in extra]
    locks = text("requirements.lock") + text("requirements-ocr.lock")
    locked = set(re.findall(r"^([a-z0-9-]+)==", locks, re.MULTILINE))
    for requirement in wanted:
        name = re.match(r"[A-Za-z0-9._-]+", requirement).group().lower().replace("_", "-")  # type: ignore[union-attr]
        assert name in locked, "run: make lock"


def test_nothing_in_the_repository_names_a_machine() -> None:
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    ).stdout.split("\0")
    if len(files) < 2:
        pytest.skip("not a git checkout")
    names = ("/" + "work/", "/" + "root/", "pyp" + "i.org", "python" + "hosted.org")
    words = "|".join(map(re.escape, names))
    for name in filter(None, files):
        path = ROOT / name
        if path.is_file() and path.suffix not in (".png", ".pdf", ".parquet"):
            found = re.search(words, path.read_bytes().decode("utf-8", "replace"))
            assert found is None, f"{name}: {found.group() if found else ''}"


def test_make_help_lists_the_targets() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    for target in ("run", "test", "lint", "bench", "bench-repair"):
        assert f"make {target}" in done.stdout
