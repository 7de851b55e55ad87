"""Every cue of patterns/context.yaml matches its examples and none of its rejects."""

from pathlib import Path

import pytest

from extractor.context.cues import Cue, load_cues
from extractor.errors import PatternError

CUES = load_cues(Path(__file__).parents[1] / "patterns" / "context.yaml")


@pytest.mark.parametrize("cue", CUES.values(), ids=lambda cue: cue.id)
def test_examples_match_and_rejects_do_not(cue: Cue) -> None:
    assert cue.examples
    assert cue.rejects
    assert [text for text in cue.examples if not cue.pattern.search(text)] == []
    assert [text for text in cue.rejects if cue.pattern.search(text)] == []


def test_a_broken_expression_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "context.yaml"
    cue = "cues:\n  - id: a\n    where: left\n    pattern: '(x'\n    examples: [x]\n    rejects: [y]\n"
    path.write_text(cue, "utf-8")
    with pytest.raises(PatternError, match="not a regular expression") as caught:
        load_cues(path)
    assert caught.value.where.endswith("context.yaml:4")
