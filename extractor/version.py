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
