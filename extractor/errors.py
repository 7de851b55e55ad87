"""Errors that a user can act on. Each names what failed, why, and what to do next; none is a traceback to read."""

from __future__ import annotations


class ExtractorError(Exception):
    """Base of every error this package raises on purpose.

    ``code`` is a stable word for tables and scripts, ``where`` the file (and line) it is about, ``reason`` what is
    wrong and ``hint`` what to try.
    """

    code = "error"

    def __init__(self, reason: str, *, where: str = "", hint: str = "", code: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.where = where
        self.hint = hint
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        head = f"{self.where}: {self.reason}" if self.where else self.reason
        return f"{head} ({self.hint})" if self.hint else head

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling, and workers send errors to the parent.
        return (_rebuild, (type(self), self.reason, self.where, self.hint, self.code))


def _rebuild(kind: type[ExtractorError], reason: str, where: str, hint: str, code: str) -> ExtractorError:
    return kind(reason, where=where, hint=hint, code=code)


class InputError(ExtractorError):
    """A source cannot be read as a document (missing, empty, binary, encrypted, too large ...)."""

    code = "input"


class PatternError(ExtractorError):
    """A file of the pattern library is invalid; ``where`` is ``file:line`` and ``reason`` names the key."""

    code = "pattern"


class UsageError(ExtractorError):
    """The call itself is wrong (unknown option value, missing run folder ...)."""

    code = "usage"
