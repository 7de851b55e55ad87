"""The content words of a phrase: jieba with the library's terms as its domain dictionary.

Segmentation is slow to load and not exact, so it is used where a person reads the result (``patterns suggest``), never
on the way to a figure: docs/architecture.md says what was measured.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable

#: Parts of speech that say what is counted (the ICTCLAS tags that jieba prints): nouns, verbal nouns, abbreviations,
#: idioms, and what its dictionary does not know. Places and times vary from report to report and are left out.
_CONTENT = ("n", "vn", "an", "j", "l", "i", "eng", "x")
_LEFT_OUT = frozenset({"ns", "nr", "nt"})
#: More than any frequency of jieba's own dictionary: a term of the library is never cut.
_FREQUENCY = 10_000_000


class Words:
    """Cuts phrases with a tokenizer of its own, so that a caller's jieba is left as it is."""

    def __init__(self, terms: Iterable[str]) -> None:
        import jieba
        import jieba.posseg

        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        with tempfile.TemporaryDirectory() as private:
            # jieba keeps its table as marshalled data in the shared temporary folder, where anyone could replace it.
            tokenizer.tmp_dir = private
            tokenizer.initialize()
        self._tagger = jieba.posseg.POSTokenizer(tokenizer)
        for term in sorted(set(terms)):
            # What the general dictionary knows keeps its part of speech: 建成 is a verb in a set of terms, too.
            tokenizer.add_word(term, _FREQUENCY, None if term in self._tagger.word_tag_tab else "n")

    def content(self, phrase: str) -> tuple[str, ...]:
        """The words of ``phrase`` that say what is counted, each once, in order; all of it where there is none.

        >>> Words(["公益性岗位"]).content("累计开发公益性岗位")
        ('公益性岗位',)
        """
        found = {
            pair.word: None
            for pair in self._tagger.cut(phrase)
            if len(pair.word) > 1 and pair.flag.startswith(_CONTENT) and pair.flag not in _LEFT_OUT
        }
        return tuple(found) or (phrase,)
