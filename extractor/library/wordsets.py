"""Which of several hundred sets of words a text holds a word of, found in one pass over the text.

The words of all sets stand in one automaton (Aho and Corasick, "Efficient string matching", 1975): at each character it
knows the longest beginning of a word that ends there. A text is answered with a number whose bits are the sets, so that
what a claim requires and excludes is compared in two operations, however many words there are.
"""

from __future__ import annotations


class _State:
    """The beginning of a word, as far as it was read."""

    __slots__ = ("follow", "sets")

    def __init__(self) -> None:
        self.follow: dict[str, _State] = {}
        """The longer beginnings, by the character that follows; those of the words that begin later, too."""
        self.sets = 0
        """The sets of the words that end here."""


class WordSets:
    """Sets of words: filled with :meth:`enter`, made ready by :meth:`close`, asked with :meth:`found`."""

    __slots__ = ("_bits", "_first")

    def __init__(self) -> None:
        self._bits: dict[tuple[str, ...], int] = {}
        self._first: dict[str, _State] = {}

    def enter(self, words: tuple[str, ...]) -> int:
        """The bit of a set; the same words have the same one. A set without words is never found."""
        bit = self._bits.get(words)
        if bit is None:
            bit = self._bits[words] = 1 << len(self._bits)
            for word in words:
                follow, state = self._first, None
                for sign in word:
                    state = follow.get(sign)
                    if state is None:
                        state = follow[sign] = _State()
                    follow = state.follow
                if state is not None:
                    state.sets |= bit
        return bit

    def close(self) -> None:
        """Join each beginning to the longest one that its own end is: 贫困户 goes on where 困户 is begun, too.

        To be called once, after the last set.
        """
        first = self._first
        pending: list[tuple[_State, _State | None]] = [(state, None) for state in first.values()]
        for state, ending in pending:  # grows on the way: shorter beginnings come before longer ones
            for sign, longer in state.follow.items():
                shorter = ending.follow.get(sign) if ending is not None else None
                pending.append((longer, first.get(sign) if shorter is None else shorter))
            if ending is not None:
                state.sets |= ending.sets
                if not state.follow:
                    state.follow = ending.follow
                elif ending.follow is not first:
                    state.follow = {**ending.follow, **state.follow}
            if not state.follow:
                state.follow = first

    def found(self, text: str) -> int:
        """The bits of the sets of which a word stands in ``text``.

        >>> sets = WordSets()
        >>> sets.enter(("脱贫户", "户数")), sets.enter(("监测户",)), sets.enter(("贫户",))
        (1, 2, 4)
        >>> sets.close()
        >>> sets.found("已脱贫户12")
        5
        """
        found = 0
        first = follow = self._first
        for sign in text:
            state = follow.get(sign)
            if state is None:
                if follow is first:
                    continue
                state = first.get(sign)
                if state is None:
                    follow = first
                    continue
            if state.sets:
                found |= state.sets
            follow = state.follow
        return found
