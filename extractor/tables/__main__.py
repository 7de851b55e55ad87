"""``python -m extractor.tables > docs/dictionary.md``: the data dictionary for the documentation."""

from __future__ import annotations

import sys

from extractor.tables.dictionary import markdown
from extractor.tables.schema import DESCRIBED

sys.stdout.write(markdown(DESCRIBED))
