"""Is one checkout faster than another? ``python -m benchmarks.compare_checkouts PATH_A PATH_B``; see README.md.

Each checkout runs in a process of its own that stays, and they take turns at every case: A B, B A, A B, ... A ratio is
taken within a turn; its interval needs no more of the distribution than that turns are alike.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from scipy.stats import binom

from .measure import machine, number, table
from .patient import ARMS, REFERENCE_ATOL, REFERENCE_RTOL, volume_errors
from .problems import YARDSTICKS
from .reference import errors, reference

CASES = (*YARDSTICKS, *ARMS)
N_REFERENCE = 16
LEVEL = 0.95
_WORKER = Path(__file__).with_name("compare_worker.py")


class Failed(Exception):
    """A checkout cannot be measured; the message is one line."""


@dataclass(frozen=True)
class Worker:
    """A process that imports the packages of one checkout and answers requests; it complains into a file."""

    name: str
    checkout: Path
    process: subprocess.Popen
    complaints: TextIO

    def ask(self, *request: Any) -> Any:
        """Answer to a request.

        Raises
        ------
        Failed
            The worker says that it cannot, or is gone.
        """
        try:
            print(json.dumps(request), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        reply = json.loads(line) if line else {"error": self._last_words()}
        if "error" in reply:
            reason = (reply["error"].splitlines() or ["no reason given"])[0]
            raise Failed(f"{self.name} ({self.checkout}) failed at {' '.join(map(str, request[:2]))}: {reason}")
        return reply["answer"]

    def _last_words(self) -> str:
        code = self.process.wait()
        self.complaints.seek(0)
        return (self.complaints.read().strip().splitlines() or [f"it ended with status {code}"])[-1]


@contextmanager
def worker(name: str, checkout: Path) -> Iterator[Worker]:
    """The worker of a checkout, ended afterwards."""
    checkout = checkout.resolve()
    if missing := [part for part in ("ossim", "benchmarks") if not (checkout / part).is_dir()]:
        raise Failed(f"{name} ({checkout}) is no checkout: it has no folder {missing[0]}")
    # -P, so that the folder of the script, which belongs to another checkout, is not searched
    command, environment = [sys.executable, "-P", str(_WORKER)], os.environ | {"PYTHONPATH": str(checkout)}
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as complaints,
        subprocess.Popen(
            command,
            cwd=checkout,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        ) as process,
    ):
        try:
            yield Worker(name, checkout, process, complaints)
        finally:
            process.kill()
            with suppress(BrokenPipeError):  # a request that the process never read
                process.stdin.close()


@dataclass(frozen=True)
class Compared:
    """One case: `seconds` of CPU, shape (turns, 2), and the largest error of A and of B."""

    label: str
    seconds: np.ndarray
    errors: tuple[float, float]


def median_interval(values: np.ndarray, level: float = LEVEL) -> tuple[float, float, float]:
    """Interval of the median from the sign test, and its coverage.

    It reaches from the k-th least to the k-th largest value, with the largest k whose coverage is at least `level`, or
    k = 1 where the values are too few for that.
    """
    ordered = np.sort(values)
    coverages = 1.0 - 2.0 * binom.cdf(np.arange((len(ordered) + 1) // 2), len(ordered), 0.5)
    k = max(int(np.count_nonzero(coverages >= level)), 1) - 1
    return float(ordered[k]), float(ordered[-1 - k]), max(float(coverages[k]), 0.0)


def measure(pair: tuple[Worker, Worker], label: str, size: int, repeats: int, rtol: float) -> Compared:
    """Let A and B take turns at a case; before that, which compiles, see what they find."""
    reached = _errors(pair, label, min(size, N_REFERENCE), rtol)
    seconds = np.empty((repeats, 2))
    for side in pair:
        side.ask("seconds", label, size, rtol)
    for turn in range(repeats):
        for index in (0, 1) if turn % 2 == 0 else (1, 0):
            seconds[turn, index] = pair[index].ask("seconds", label, size, rtol)
    return Compared(label, seconds, reached)


def _errors(pair: tuple[Worker, Worker], label: str, n: int, rtol: float) -> tuple[float, float]:
    """Errors of a form against the reference, of an arm against A at its tightest tolerance."""
    found = [side.ask("found", label, n, rtol) for side in pair]
    if label in ARMS:
        exact = _arrays(pair[0].ask("found", label, n, REFERENCE_RTOL, REFERENCE_ATOL))
        reached = [volume_errors(_arrays(outcome), exact) for outcome in found]
    else:
        exact = reference(YARDSTICKS[label.split(",")[0]], n)
        reached = [errors(np.array(outcome["volume"]), exact) for outcome in found]
    return float(reached[0].max()), float(reached[1].max())


def _arrays(outcome: dict[str, list]) -> dict[str, np.ndarray]:
    return {key: np.array(value) for key, value in outcome.items()}


def compare(
    a: Path, b: Path, chosen: Sequence[str] = CASES, size: int = 1000, repeats: int = 15, rtol: float = 1e-6
) -> str:
    """Table of every case that both checkouts have; those that only one has are named below.

    Raises
    ------
    Failed
        One of the two is no checkout, or fails at a case.
    """
    with worker("A", a) as first, worker("B", b) as second:
        pair = (first, second)
        known = [[label for label in side.ask("labels") if label.split(",")[0] in chosen] for side in pair]
        compared = [measure(pair, label, size, repeats, rtol) for label in known[0] if label in known[1]]
    rows, coverage = [], 0.0
    for case in compared:
        ratios = case.seconds[:, 1] / case.seconds[:, 0]
        low, high, coverage = median_interval(ratios)
        costs = (number(cost) for cost in np.median(case.seconds, axis=0) / size * 1e6)
        reached = (f"{error:.1e}" for error in case.errors)
        rows.append((case.label, *costs, f"{np.median(ratios):.3f}", f"{low:.3f} to {high:.3f}", *reached))
    title = (
        f"A = {a}, B = {b}\n{size} runs or patients at rtol {rtol:g}: median microseconds of CPU per run, "
        f"median of B / A over {repeats} turns and its {100 * coverage:.1f} % interval, largest errors"
    )
    single = [f"only in {'AB'[i]}: {label}" for i in (0, 1) for label in known[i] if label not in known[1 - i]]
    return "\n".join((table(title, ("", "A", "B", "B / A", "interval", "error A", "error B"), rows), *single))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table of two checkouts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare_checkouts", description="Time two checkouts.")
    parser.add_argument("a", type=Path, metavar="PATH_A")
    parser.add_argument("b", type=Path, metavar="PATH_B")
    parser.add_argument("--cases", default=",".join(CASES), help=f"of {','.join(CASES)} (default all)")
    parser.add_argument("--size", type=int, default=1000, help="runs or patients of an ensemble (default 1000)")
    parser.add_argument("--repeats", type=int, default=15, help="turns of every case (default 15)")
    parser.add_argument("--rtol", type=float, default=1e-6, help="tolerance of both (default 1e-6)")
    given = parser.parse_args(arguments)
    chosen = given.cases.split(",")
    if unknown := set(chosen) - set(CASES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    if given.repeats < 1 or given.size < 1:
        parser.error("--repeats and --size must be at least 1")
    try:
        text = compare(given.a, given.b, chosen, given.size, given.repeats, given.rtol)
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    print(machine(), text, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
