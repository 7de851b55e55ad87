"""Building the package, optionally with the rooms a text passes through as machine code (``make compiled``).

A wheel is pure Python unless HATCH_BUILD_HOOKS_ENABLE is set; then mypyc translates those rooms to C, in a copy, so
that nothing compiled is ever left beside a source it may no longer match. Needs a C compiler and Python's headers.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: What is compiled together: folders and files of the package. Calls within a group are plain calls of C.
GROUPS = {
    "extractor_figures": ("ledger.py", "pipeline.py", "context"),
    "extractor_numbers": ("numbers", "reading", "library/compiled.py", "library/match.py", "library/neighbours.py",
                          "library/rates.py", "library/wordsets.py"),
    "extractor_checks": ("checks",),
}
#: Not compiled: what is no module of a room, and what is not hot.
LEFT_OUT = ("__init__.py", "__main__.py", "gazetteer.py", "places_build.py")
_SETUP = """
from setuptools import setup
from mypyc.build import mypycify
setup(name="extractor-compiled", packages=[], ext_modules=mypycify(
    {files!r}, separate={groups!r}, opt_level="1", debug_level="0"))
"""
_MYPY = "[mypy]\nignore_missing_imports = True\nfollow_imports = silent\n"


def groups(package: Path) -> list[tuple[list[str], str]]:
    """Files of each group, as mypyc takes them: paths below the folder that holds ``package``."""
    found = []
    for name, members in GROUPS.items():
        files: list[str] = []
        for member in members:
            path = package / member
            inside = sorted(path.glob("*.py")) if path.is_dir() else [path]
            files += [str(file.relative_to(package.parent)) for file in inside if file.name not in LEFT_OUT]
        found.append((files, name))
    return found


class CompiledHook(BuildHookInterface[Any]):
    """Adds what mypyc makes to the wheel, beside the sources it was made from."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self.folder = tempfile.mkdtemp(prefix="extractor-compiled-")
        folder = Path(self.folder)
        shutil.copytree(Path(self.root) / "extractor", folder / "extractor", ignore=shutil.ignore_patterns("*.so"))
        parts = groups(folder / "extractor")
        (folder / "mypy.ini").write_text(_MYPY, encoding="utf-8")
        files = [file for part, _ in parts for file in part]
        (folder / "setup.py").write_text(_SETUP.format(files=files, groups=parts), encoding="utf-8")
        workers = str(os.cpu_count() or 1)
        done = subprocess.run([sys.executable, "setup.py", "--quiet", "build_ext", "--inplace", "--parallel", workers],
                              cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise SystemExit(f"error: mypyc or the C compiler failed:\n{done.stdout.decode(errors='replace')}")
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        for made in folder.rglob("*.so"):
            if "build" not in made.relative_to(folder).parts:
                build_data["force_include"][str(made)] = str(made.relative_to(folder))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
