"""Seconds from a prepared process to the first solved run of each tool, with empty and with filled caches.

Every measurement is a fresh process that has imported NumPy, numba and `ossim` before the clock starts; what a tool
imports, translates and compiles is in the time. "Again" is the next run in the same process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from .measure import table
from .peers import PEERS, others, own, yardstick_named

KEYS = ("B1", "B2")
RTOL = 1e-6


def first_use(key: str, tool: str) -> list[tuple[str, float, float]]:
    """Label, seconds to the first result and seconds of the next one, of each solver of a tool in this process.

    The first solver of a tool carries the preparation that it shares with the others.
    """
    yardstick = yardstick_named(key)
    drawn, found = yardstick.draw(1), []
    start = time.perf_counter()
    contenders = own(yardstick, 1) if tool == "ossim" else others(yardstick, [tool])[0]
    for contender in contenders:
        contender.volumes(drawn, RTOL)
        first, start = time.perf_counter() - start, time.perf_counter()
        contender.volumes(drawn, RTOL)
        found.append((contender.label, first, time.perf_counter() - start))
        start = time.perf_counter()
    return found


def in_fresh_process(key: str, tool: str, cache: str) -> list[tuple[str, float, float]]:
    """The same in a new process that keeps compiled code in the folder `cache`.

    Raises
    ------
    RuntimeError
        The process failed.
    """
    command = [sys.executable, "-m", __spec__.name, key, tool]
    environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{tool} on {key} failed: {done.stderr.strip()[-300:]}")
    return json.loads(done.stdout.splitlines()[-1])


def cold(peers: Sequence[str] = PEERS) -> str:
    """Table of all tools on both problems; tools that keep nothing between processes take the same time twice."""
    cells: dict[str, list[str]] = {}
    for column, key in enumerate(KEYS):
        for tool in ("ossim", *peers):
            with tempfile.TemporaryDirectory() as cache:
                empty, filled = (in_fresh_process(key, tool, cache) for _ in range(2))
            for (label, first, _), (_, later, again) in zip(empty, filled, strict=True):
                row = cells.setdefault(label, ["-"] * 3 * len(KEYS))
                row[3 * column : 3 * column + 3] = f"{first:.2f}", f"{later:.2f}", f"{again:.4f}"
    header = ("tool", *(f"{key}, {when}" for key in KEYS for when in ("empty cache", "filled cache", "again")))
    title = f"Seconds to the first run in a fresh process at rtol {RTOL:g}, and of the next run in it"
    return table(title, header, [(label, *row) for label, row in cells.items()])


if __name__ == "__main__":
    print(json.dumps(first_use(*sys.argv[1:])))
