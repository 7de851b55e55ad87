"""Every cue of patterns/context.yaml matches its examples and none of its rejects."""

from pathlib import Path
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from extractor.context.cues import Cue, load_cues, sign_of
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


def _holds(parsed: Any, signs: str) -> bool:
    """Whether each text that a parsed expression matches holds one of these characters."""
    for kind, what in parsed:
        name = str(kind)
        if name == "LITERAL" and chr(what) in signs:
            return True
        if name == "IN" and all(str(part[0]) == "LITERAL" and chr(part[1]) in signs for part in what):
            return True
        if name == "BRANCH" and all(_holds(branch, signs) for branch in what[1]):
            return True
        if name == "SUBPATTERN" and _holds(what[3], signs):
            return True
        if name == "MAX_REPEAT" and what[0] > 0 and _holds(what[2], signs):
            return True
    return False


@pytest.mark.parametrize("cue", [cue for cue in CUES.values() if cue.signs], ids=lambda cue: cue.id)
def test_every_match_holds_a_sign_of_its_cue(cue: Cue) -> None:
    assert _holds(_parser.parse(cue.pattern.pattern), cue.signs)
    assert not _holds(_parser.parse(cue.pattern.pattern + "|又"), cue.signs)


def test_cues_without_signs_are_searched_everywhere() -> None:
    assert sign_of([CUES["role.per_unit"]]).search("户均增收")
    assert not sign_of([CUES["role.per_unit"]]).search("增收")
    assert sign_of([CUES["role.per_unit"], CUES["role.criterion_after"]]).search("增收")


def test_a_match_without_its_sign_is_named(tmp_path: Path) -> None:
    path = tmp_path / "context.yaml"
    cue = "cues:\n  - id: a\n    where: left\n    pattern: '户均|人数'\n    signs: 均\n"
    path.write_text(cue + "    examples: [户均, 总人数]\n    rejects: [y]\n", "utf-8")
    with pytest.raises(PatternError, match="'人数' matches and holds none of the signs"):
        load_cues(path)
