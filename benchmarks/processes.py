"""A command watched from outside: wall time, CPU time, and the peak memory of it and of every process below it."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: Seconds between two looks. The kernel keeps each process's own peak, so that only its last rise can be missed.
_PAUSE = 0.2


@dataclass(frozen=True, slots=True)
class Watched:
    """Seconds by the clock and of CPU (user and system, children included), megabytes, load of the machine."""

    seconds: float
    cpu_seconds: float
    parent_megabytes: float
    workers_megabytes: tuple[float, ...]
    """Peak of each process below it, largest first."""
    parent_cpu: float
    workers_cpu: tuple[float, ...]
    """CPU seconds of each process below it, largest first, as last seen."""
    load: float
    """Mean of the one-minute load average over the run: above the number of workers, others had a share."""
    output: str


def watch(command: Sequence[str], folder: Path) -> Watched:
    """Run a command to its end. Raises ``SystemExit`` with the end of its output where it fails."""
    began = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    peaks: dict[int, int] = {}
    times: dict[int, float] = {}
    loads = []
    log = folder / "watched.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        while process.poll() is None:
            for identity in (process.pid, *_below(process.pid)):
                peaks[identity] = max(peaks.get(identity, 0), _peak(identity))
                times[identity] = max(times.get(identity, 0.0), _cpu(identity))
            loads.append(os.getloadavg()[0])
            time.sleep(_PAUSE)
    output = log.read_text(encoding="utf-8", errors="replace")
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit status {process.returncode}\n{output[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    parent, parent_cpu = peaks.pop(process.pid, 0), times.pop(process.pid, 0.0)
    return Watched(
        seconds=time.monotonic() - began,
        cpu_seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        parent_megabytes=parent / 1000,
        workers_megabytes=tuple(sorted((peak / 1000 for peak in peaks.values()), reverse=True)),
        parent_cpu=parent_cpu, workers_cpu=tuple(sorted(times.values(), reverse=True)),
        load=sum(loads) / max(1, len(loads)), output=output)


def _below(parent: int) -> list[int]:
    import psutil

    try:
        return [child.pid for child in psutil.Process(parent).children(recursive=True)]
    except psutil.Error:
        return []


def _cpu(identity: int) -> float:
    """CPU seconds of a process itself, without its children; 0 for one that has gone."""
    try:
        fields = Path(f"/proc/{identity}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak(identity: int) -> int:
    """Peak resident memory in units of 1,000 bytes as the kernel counts it; 0 for a process that has gone."""
    try:
        status = Path(f"/proc/{identity}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 // 1000
    return 0
