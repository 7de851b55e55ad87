"""The version of this program, from the installed package."""

from __future__ import annotations

from functools import cache


@cache
def version() -> str:
    """Version as in ``pyproject.toml``; ``0`` where the package runs without being installed."""
    from importlib import metadata

    try:
        return metadata.version("extractor")
    except metadata.PackageNotFoundError:
        return "0"


@cache
def is_compiled() -> bool:
    """Whether the rooms a text passes through are machine code (``make compiled``). Results are the same."""
    from importlib.util import find_spec

    found = find_spec("extractor.pipeline")
    return found is not None and not str(found.origin).endswith(".py")
