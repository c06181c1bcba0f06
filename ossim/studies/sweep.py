"""Run every point of a sweep and keep the outcomes of each arm: one Dataset over `run`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from ossim.catalog import model_parameters
from ossim.config.scenario import Scenario
from ossim.dataset import Status
from ossim.endpoints.estimates import estimate
from ossim.endpoints.outcome import Outcome
from ossim.errors import InputError
from ossim.store import provenance
from ossim.studies.design import design_of, scenarios
from ossim.trial.evidence import facts
from ossim.trial.run import run


def run_sweep(scenario: Scenario, progress: Callable[[float, float], None] | None = None) -> xr.Dataset:
    """Simulate every point of the design with the same patients and visit noise.

    Parameters
    ----------
    scenario : from `ossim.load`, with a sweep
    progress : called as ``progress(done, total)`` in points

    Returns
    -------
    xarray.Dataset
        One variable per outcome with dims (run, arm), `failed_patients` (run, arm), and the axes as coordinates of
        `run`. An outcome of an arm with failed patients leaves them out; how many is in `failed_patients`.

    Raises
    ------
    InputError
        The scenario has no sweep, or the sweep names no outcome.
    """
    design = design_of(scenario)
    sweep = scenario.sweep
    if sweep is None or not sweep.outcomes:
        raise InputError(f"{scenario.name}: the sweep names no outcomes")
    started = provenance.now()
    arms = [arm.name for arm in scenario.arms]
    outcomes = {outcome: np.full((design.size, len(arms)), np.nan) for outcome in sweep.outcomes}
    failed = np.zeros((design.size, len(arms)), np.int64)
    sources: dict[str, tuple[str, str]] = {}
    for index, (_, point) in enumerate(scenarios(scenario)):

        def within(done: float, total: float, index: int = index) -> None:
            if progress is not None:
                progress(index + done / total, design.size)

        trial = run(point, progress=within)
        sources |= facts(point)
        for outcome, values in outcomes.items():
            values[index] = evaluate(trial, outcome)
        failed[index] = (trial["status"] != Status.ok).sum("patient").values
    variables: dict[str, Any] = {
        outcome.variable: (("run", "arm"), values, _attributes(outcome)) for outcome, values in outcomes.items()
    }
    variables["failed_patients"] = (("run", "arm"), failed, {"units": "1", "long_name": "patients whose run failed"})
    coordinates: dict[str, Any] = {
        "run": ("run", np.arange(design.size), {"units": "1", "long_name": "point of the sweep"}),
        "arm": ("arm", arms, {"units": "1", "long_name": "treatment arm"}),
    }
    for name, column in design.coordinates().items():
        coordinates[name] = ("run", _column(column), _axis_attributes(scenario, name))
    dataset = xr.Dataset(variables, coordinates)
    dataset.attrs = provenance.root_attributes(scenario, started=started, ended=provenance.now(), facts=sources)
    dataset.attrs["patients_per_arm"] = scenario.cohort.size
    return dataset


def evaluate(trial: xr.Dataset, outcome: Outcome) -> np.ndarray:
    """Value of one outcome in every arm of a trial, shape (n_arms,), in its unit."""
    return estimate(trial, outcome, failed="exclude").value


def _attributes(outcome: Outcome) -> dict[str, str]:
    return {"units": outcome.unit, "long_name": outcome.text.replace("_", " ")}


def _axis_attributes(scenario: Scenario, name: str) -> dict[str, str]:
    facts = model_parameters(scenario.model)
    if name not in facts:
        return {"units": "1", "long_name": name}
    return {"units": facts[name].unit, "long_name": facts[name].description}


def _column(values: list[Any]) -> np.ndarray:
    """Axis values as numbers where they are numbers, else as text."""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return np.array(values, float)
    return np.array([value if isinstance(value, str) else str(value) for value in values])
