"""One thread against two: wall time of the ensembles and of a whole trial arm, and whether the bits are the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ossim.numerics.ode.problem import advance_problem
from ossim.trial.run import available_cores

from . import patient
from .forms import FORMS, build
from .measure import table
from .problems import YARDSTICKS

COUNTS = (1, 2)
ARM = "combination"


@dataclass(frozen=True)
class Job:
    """Work for any number of threads: `prepare` makes a fresh argument, `work` returns what it computed."""

    label: str
    prepare: Callable[[], Any]
    work: Callable[[Any, int], np.ndarray]


def jobs(size: int, rtol: float) -> Iterator[Job]:
    """Both yardsticks as written, and a trial arm of as many patients."""
    for yardstick in YARDSTICKS.values():
        form, drawn = FORMS[yardstick.key][0], yardstick.draw(size)

        def work(problem, threads, end=float(yardstick.days)):
            advance_problem(problem, end, threads)
            return problem.records.state

        yield Job(f"{yardstick.key}, {form.label}", partial(build, yardstick, form, drawn, rtol), work)

    def treat(base, threads):
        return patient.treat(base.at(rtol, threads=threads))[0]["tumor_volume"]

    base = patient.setting(ARM, size)
    yield Job(f"trial arm, {ARM}", lambda: base, treat)


def measure(job: Job, repeats: int) -> tuple[np.ndarray, bool]:
    """Seconds of the counts in turn, and whether the results have the same bits.

    The seconds have shape (repeats, 2 counts, whole and engine of a trial, wall and CPU).
    """
    seconds = np.zeros((repeats, len(COUNTS), 2, 2))
    results = [job.work(job.prepare(), count) for count in COUNTS]
    for turn in range(repeats):
        for column in (0, 1) if turn % 2 == 0 else (1, 0):
            argument = job.prepare()
            with patient.engine_clock() as inside:
                started = np.array([time.perf_counter(), time.process_time()])
                job.work(argument, COUNTS[column])
                seconds[turn, column, 0] = np.array([time.perf_counter(), time.process_time()]) - started
            if inside:
                seconds[turn, column, 1] = np.sum(inside, axis=0)
    return seconds, np.array_equal(*results, equal_nan=True)


def scaling(size: int = 4000, repeats: int = 7, rtol: float = 1e-6) -> str:
    """Table of the least wall times; efficiency is half the gain.

    "Cores got" is CPU over wall time of the best turn with two threads: well below 2, other programs held a core, and
    the efficiency says nothing about `ossim`. "CPU of 2 / 1" is the CPU time of two threads over that of one: 1 if
    the second costs nothing.
    """
    rows = []
    for job in jobs(size, rtol):
        seconds, same = measure(job, repeats)
        for label, (wall, cpu) in zip(
            (job.label, "  of it the engine"), np.moveaxis(seconds, (2, 3), (0, 1)), strict=True
        ):
            if not wall.any():
                continue
            one, two = wall.min(axis=0)
            best = np.argmin(wall[:, 1])
            got = cpu[best, 1] / wall[best, 1]
            more = np.median(cpu[:, 1] / cpu[:, 0])
            figures = (f"{one:.3f}", f"{two:.3f}", f"{one / two / 2:.2f}", f"{got:.2f}", f"{more:.2f}")
            rows.append((label, *figures, "yes" if same else "NO"))
    header = ("", "1 thread", "2 threads", "efficiency", "cores got", "CPU of 2 / 1", "same bits")
    return table(f"{size} runs, least wall seconds of {repeats} turns, {available_cores()} cores there", header, rows)
