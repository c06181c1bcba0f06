"""What a config would do, without doing it: dose calendar of each arm, cohort, visits, size on disk."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from ossim import dataset as schema
from ossim.config.scenario import ModelRun, Scenario
from ossim.dosing import Regimen, dose_times
from ossim.errors import InputError
from ossim.model.patient.equations import MAX_LESIONS
from ossim.store import folder as store
from ossim.strategies import Line
from ossim.strategies.treatment import line_text

MAX_TIMES_SHOWN = 8


def need_sweep(scenario: Any) -> None:
    """Refuse a config without a sweep section."""
    if getattr(scenario, "sweep", None) is None:
        raise InputError(f"{scenario.name}: the config has no 'sweep' section; use ossim run")


def preview(config: Scenario | ModelRun) -> str:
    """Return what a run would do: dose calendar of each arm, cohort, visits, size."""
    if isinstance(config, ModelRun):
        return f"{config.title or config.name}: {config.summary()}, {len(config.doses)} dose rows"
    lines = [config.title or config.name]
    for arm in config.arms:
        lines.append(f"arm {arm.name} ({arm.strategy})")
        visits = config.visits.every * np.arange(config.visits.number, dtype=float)
        for number, (line, ending) in enumerate(zip(arm.lines, arm.plan.endings(visits), strict=True)):
            text = line_text(line)
            label = f"  line {number + 1}: " if len(arm.lines) > 1 else "  "
            lines.append(label + (text if isinstance(text, str) else " + ".join(text)))
            lines += [f"    {entry}" for entry in (*_calendar(line, config.visits.until), ending) if entry]
    size = _bytes(config)
    lines += [
        f"cohort: {config.cohort.size} patients of population {config.cohort.population}"
        + (" (typical, no variability)" if config.cohort.typical else ""),
        f"visits: {_n_visits(config)}, every {config.visits.every:g} days until day {config.visits.until:g}",
        f"size: {len(config.arms) * config.cohort.size:,} runs, about {_megabytes(store.size_on_disk(size))} on disk "
        f"({_megabytes(size)} uncompressed)",
    ]
    return "\n".join(lines)


def preview_sweep(scenario: Any) -> str:
    """Return what a sweep would do: its axes, the number of runs, and one run in full."""
    need_sweep(scenario)
    axes = [f"axis {axis.path}: {len(axis.values)} values, {_ends(axis.values)}" for axis in scenario.sweep.axes]
    n_points = prod(len(axis.values) for axis in scenario.sweep.axes)
    runs = n_points * len(scenario.arms) * scenario.cohort.size
    outcomes = [f"outcome {outcome.text}" for outcome in scenario.sweep.outcomes]
    return "\n".join([preview(scenario), *axes, *outcomes, f"sweep: {n_points:,} points, {runs:,} runs"])


def _calendar(line: Line, until: float) -> Iterator[str]:
    """Yield for each regimen of a line its doses: those of the first cycle, and the totals."""
    for regimen in line:
        starts, _ = dose_times(regimen, until)
        cycle = regimen.cycle
        first = starts if cycle is None else starts[starts < float(regimen.start + cycle)]
        shown = ", ".join(f"{time:g}" for time in first[:MAX_TIMES_SHOWN])
        more = ", ..." if first.size > MAX_TIMES_SHOWN else ""
        each = f"{regimen.dose:g} {regimen.unit}" + _infusion(regimen)
        label = f"first cycle of {float(cycle):g} days" if cycle is not None else "continuous"
        yield f"{regimen.drug} {each}, {label}: day {shown}{more}"
        total = f"{starts.size} doses, {starts.size * regimen.dose:g} {regimen.unit}"
        yield f"{regimen.drug} in all: {total} in {until:g} days"


def _infusion(regimen: Regimen) -> str:
    return f" over {float(regimen.duration * 24):g} h" if regimen.duration else ""


def _n_visits(scenario: Scenario) -> int:
    """Number of visits of a patient followed to the end, baseline included."""
    return scenario.visits.number


def _bytes(scenario: Scenario) -> int:
    """Size of the variables of a result [byte]."""
    sizes = {
        "arm": len(scenario.arms),
        "patient": scenario.cohort.size,
        "visit": _n_visits(scenario),
        "line": max(len(arm.lines) for arm in scenario.arms),
        "lesion": MAX_LESIONS,
        "tracked": min(scenario.output.trajectories, scenario.cohort.size),
        "time": int(scenario.visits.until // scenario.output.every) + 1,
        "drug": len({regimen.drug for arm in scenario.arms for line in arm.lines for regimen in line}),
    }
    return sum(
        (1 if variable.is_int8 else 8) * prod(sizes.get(dim, 1) for dim in variable.dims)
        for variable in schema.VARIABLES
    )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def _ends(values: tuple[Any, ...]) -> str:
    return f"{values[0]} ... {values[-1]}" if len(values) > 1 else f"{values[0]}"
