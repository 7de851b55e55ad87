"""What a container hands on: its members, and what one of them holds. Shared by all kinds of containers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from extractor.errors import InputError


@dataclass(frozen=True, slots=True)
class Member:
    """One document of a container, found again without reading what stands before it where the format allows.

    ``name`` is what follows the container's path and an exclamation mark (``dir/a.html``, ``12``, ``b.zip!c.html``).
    ``offset`` and ``length`` are the locator: bytes in the (unpacked) container, or row and row group. ``size`` is the
    unpacked size in bytes, an estimate for rows. ``check`` is a CRC-32 where the format has one. ``note`` says why a
    member can not be read (``link``, ``encrypted`` ...). ``outer`` is the member that holds the inner container.
    """

    name: str
    offset: int = 0
    length: int = 0
    size: int = 0
    check: int = 0
    note: str = ""
    outer: Member | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a member holds: the bytes of a file, or the text of a row and its other columns by name."""

    data: bytes = b""
    text: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class Container(Protocol):
    """An opened container. ``members`` is cheap and in stable order; where the container is damaged it gives what it
    can and then raises :class:`InputError`. ``read`` raises :class:`InputError` for that member alone."""

    def members(self) -> Iterator[Member]: ...

    def read(self, member: Member) -> Content: ...


def damaged(where: str, problem: object, hint: str = "fetch the file again") -> InputError:
    """The error for a container or member whose bytes contradict its format."""
    return InputError(f"is damaged: {problem}", where=where, hint=hint, code="damaged")
