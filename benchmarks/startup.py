"""How long a user waits for a command: fresh processes in turn, against the bare import of NumPy."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from .measure import table

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "configs" / "one_patient.yaml"
_CLI = "import sys; from ossim.cli import main; sys.exit(main(sys.argv[1:]))"


def commands(folder: Path) -> dict[str, list[str]]:
    """What is timed, by label; results go to `folder`."""
    python = [sys.executable, "-c"]
    ossim = [*python, _CLI]
    run = [*ossim, "run", str(CONFIG), "--force", "--out"]
    return {
        "import numpy": [*python, "import numpy"],
        "python alone": [*python, "pass"],
        "import ossim": [*python, "import ossim"],
        "ossim --help": [*ossim, "--help"],
        f"ossim validate {CONFIG.name}": [*ossim, "validate", str(CONFIG)],
        f"ossim run {CONFIG.name} --no-figures": [*run, str(folder / "plain"), "--no-figures"],
        f"ossim run {CONFIG.name}": [*run, str(folder / "figures")],
    }


def timed(command: Sequence[str], variables: Mapping[str, str] | None = None) -> tuple[float, float]:
    """Wall and CPU seconds of a command, with some environment variables changed.

    Raises
    ------
    RuntimeError
        The command failed.
    """
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ | dict(variables or {}))
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[-3:])} failed: {done.stderr.strip()[-300:]}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def startup(repeats: int = 7) -> str:
    """Table of all commands; the first turn, which fills caches, is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        listed = commands(Path(folder))
        for command in listed.values():
            timed(command)
        found = np.array([[timed(command) for command in listed.values()] for _ in range(repeats)])
    wall, cpu = np.median(found, axis=0).T
    ratios = np.median(found[:, :, 1] / found[:, :1, 1], axis=0)
    least = found[:, :, 0].min(axis=0)
    rows = [
        (label, f"{wall[i]:.2f}", f"{least[i]:.2f}", f"{cpu[i]:.2f}", f"{ratios[i]:.1f}")
        for i, label in enumerate(listed)
    ]
    title = f"Seconds until a fresh process is done, warm caches, medians of {repeats} turns"
    return table(title, ("command", "wall", "least wall", "CPU", "CPU / import numpy"), rows)
