"""The wheel carries the pattern library, and works away from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True,
                   capture_output=True)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def test_every_pattern_file_is_in_the_wheel(installed: Path) -> None:
    for path in sorted((ROOT / "patterns").rglob("*")):
        if path.is_file():
            assert (installed / "extractor" / path.relative_to(ROOT)).read_bytes() == path.read_bytes()


def test_the_wheel_holds_the_package_and_nothing_else(installed: Path) -> None:
    assert {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")} == {"extractor"}
    assert (installed / "extractor" / "py.typed").is_file()


def test_the_installed_program_reads_a_report(installed: Path, tmp_path: Path) -> None:
    program = "import extractor; print(extractor.__file__); from extractor.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "extract", "-"], input="截至2023年底,全县脱贫户3909户。", cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)}, capture_output=True, encoding="utf-8", check=True,
    )
    where, record = done.stdout.splitlines()
    assert Path(where).is_relative_to(installed)
    assert json.loads(record)["indicator"] == "poverty.lifted.households"
