"""The examples of the two READMEs are run: commands print what is shown, and the Python session gives what it says."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh-CN.md")
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def sessions(name: str) -> list[tuple[str, str]]:
    """(command, what it prints) of every ``console`` block."""
    found = []
    for block in _BLOCK.findall((ROOT / name).read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def pattern(output: str) -> re.Pattern[str]:
    """What is shown as a regex: ``...`` stands for anything, runs of spaces for any spaces."""
    parts = [r"\s+".join(map(re.escape, re.split(r"\s+", part))) for part in output.strip().split("...")]
    return re.compile(r".*?".join(parts) + r"\s*\Z", re.DOTALL)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """For each README a copy of what its examples read; what they write stays in it."""
    folders = {}
    for readme in READMES:
        folders[readme] = folder = tmp_path_factory.mktemp("readme")
        for name in ("corpus", "docs", "patterns"):
            shutil.copytree(ROOT / name, folder / name)
    return folders


@pytest.mark.parametrize(
    ("name", "command", "output"), [(name, *session) for name in READMES for session in sessions(name)]
)
def test_a_command_prints_what_is_shown(places: dict[str, Path], name: str, command: str, output: str) -> None:
    words = shlex.split(command)
    if words[0] == "extractor":
        words = [sys.executable, "-c", "from extractor.cli import main; main()", *words[1:]]
    done = subprocess.run(words, cwd=places[name], capture_output=True, encoding="utf-8", timeout=300, check=False,
                          env={**os.environ, "COLUMNS": "160"})
    assert done.returncode == 0, done.stderr
    assert pattern(output).match(done.stdout.strip()), f"{name}: {command}\n{done.stdout}"


@pytest.mark.parametrize("name", READMES)
def test_the_python_session_gives_what_it_says(name: str) -> None:
    result = doctest.testfile(str(ROOT / name), module_relative=False, encoding="utf-8",
                              optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.attempted >= 4
    assert result.failed == 0


def test_both_readmes_show_the_same_commands() -> None:
    first, second = ([command for command, _ in sessions(name)] for name in READMES)
    assert first == second


@pytest.mark.parametrize("name", READMES)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target
