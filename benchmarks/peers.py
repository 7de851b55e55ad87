"""The peers: Recognizers-Text and JioNLP in an environment of their own, measured over the same sentences.

Both are old packages with old dependencies, so they never share our environment: ``.bench-venv`` is made from
``peers.lock`` (pinned, with hashes) the first time and whenever the lock changes. Nothing of theirs is patched; one
dependency is pinned to the version of its time (``peers.in`` says which and why).
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = Path(__file__).with_name("peers.lock")
WORKER = Path(__file__).with_name("peer_worker.py")
ENVIRONMENT = ROOT / ".bench-venv"

#: What is compared: the sum of these parts' times over a character.
GROUPS = {
    "Recognizers-Text, four Chinese models": (
        "recognizers: number", "recognizers: percentage", "recognizers: currency", "recognizers: dimension",
        "recognizers: date and time"),
    "JioNLP, times and amounts": ("jionlp: time", "jionlp: amount"),
}
_SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?")


@dataclass(frozen=True, slots=True)
class PeerSpeed:
    """Characters per second of one part of a peer, on one core, and how much it was measured on."""

    rate: float
    sentences: int
    found: int
    failed: int


def environment() -> Path:
    """The interpreter of the peers' environment. Raises ``CalledProcessError`` where it cannot be made."""
    python = ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = ENVIRONMENT / ".lock"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text() != digest:
        print(f"making {ENVIRONMENT.name} for the peers ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check",
                        "--require-hashes", "-r", str(LOCK)], check=True)
        stamp.write_text(digest)
    return python


def sentences(texts: Iterable[str], seed: int = 0) -> list[str]:
    """All sentences in an order that a seed shuffles: whatever a peer manages is a fair sample of the whole."""
    found = [match[0].strip() for text in texts for match in _SENTENCE.finditer(text)]
    found = [sentence for sentence in found if sentence]
    random.Random(seed).shuffle(found)
    return found


def measure(texts: Iterable[str], seconds: float) -> dict[str, PeerSpeed | str]:
    """Speed of every part of every peer; a text instead where a peer cannot be loaded, saying why."""
    run = subprocess.run([str(environment()), str(WORKER), str(seconds)], input=json.dumps(sentences(texts)),
                         capture_output=True, text=True, check=True)
    report: dict[str, PeerSpeed | str] = {}
    for name, row in json.loads(run.stdout).items():
        if "error" in row:
            report[name] = row["error"]
        else:
            report[name] = PeerSpeed(row["characters"] / row["seconds"], row["sentences"], row["found"], row["failed"])
    return report


def together(report: dict[str, PeerSpeed | str], group: str) -> float | None:
    """Characters per second when all parts of a group read the same text in turn; none if one is missing."""
    parts = [report.get(part) for part in GROUPS[group]]
    if not all(isinstance(part, PeerSpeed) for part in parts):
        return None
    return 1 / sum(1 / part.rate for part in parts if isinstance(part, PeerSpeed))
