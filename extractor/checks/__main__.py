"""``python -m extractor.checks > docs/flags.md``: the catalogue of flags for the documentation."""

from __future__ import annotations

import sys

from extractor.checks.catalogue import markdown

if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print(markdown(), end="")
