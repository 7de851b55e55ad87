"""The compiled rooms give what the sources give. Needs ``make compiled``, which takes minutes and a C compiler."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COMPILED = ROOT / ".compiled"

#: Prints where the trunk comes from and one hash over everything that is found in the sample corpus and in made texts.
PROGRAM = """
import hashlib, sys
from pathlib import Path
from extractor import extract, pipeline
sys.path.append(sys.argv[1])
from benchmarks import generate
texts = [path.read_text(encoding="utf-8") for path in sorted(Path(sys.argv[1], "corpus").rglob("*.txt"))]
texts += [generate.document(index)[1] for index in range(54)]
texts += ["".join(text[at::-1] for at in range(40, 400, 40)) for text in texts[:20]]
found = hashlib.sha256()
for text in texts:
    found.update(repr(extract(text)).encode())
print(pipeline.__file__)
print(found.hexdigest())
"""


def results(folder: Path) -> list[str]:
    done = subprocess.run([sys.executable, "-P", "-c", PROGRAM, str(ROOT)], text=True, capture_output=True,
                          env={**os.environ, "PYTHONPATH": str(folder)}, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.fixture(scope="module")
def compiled() -> Path:
    if not (COMPILED / ".ready").exists():
        pytest.skip("the compiled rooms are not there: make compiled")
    made = (COMPILED / ".built").stat().st_mtime
    changed = [path for path in (ROOT / "extractor").rglob("*.py") if path.stat().st_mtime > made]
    if changed:
        pytest.skip(f"the compiled rooms are older than {changed[0].name}: make compiled")
    return COMPILED


def test_compiled_rooms_find_what_the_sources_find(compiled: Path) -> None:
    (where, theirs), (source, ours) = results(compiled), results(ROOT)
    assert Path(where).suffix != ".py"
    assert Path(source).suffix == ".py"
    assert theirs == ours


def test_version_says_that_rooms_are_compiled(compiled: Path) -> None:
    call = [sys.executable, "-P", "-c", "from extractor.cli import main; main()", "--version"]
    for folder, ending in ((compiled, "(compiled)"), (ROOT, "")):
        done = subprocess.run(call, text=True, capture_output=True, check=True, timeout=60,
                              env={**os.environ, "PYTHONPATH": str(folder)})
        assert done.stdout.strip().endswith(ending)
        assert ("compiled" in done.stdout) is bool(ending)


def test_bad_input_is_an_error_in_compiled_rooms_too(compiled: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("", encoding="utf-8")
    call = [sys.executable, "-P", "-c", "from extractor.cli import main; main()", "extract", str(empty)]
    done = subprocess.run(call, text=True, capture_output=True, check=False, timeout=60,
                          env={**os.environ, "PYTHONPATH": str(compiled)})
    assert done.returncode == 1
    assert "empty.txt" in done.stderr
    assert "Traceback" not in done.stderr
