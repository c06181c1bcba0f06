"""From a Scenario back to config values with every default written out and every number exact."""

from __future__ import annotations

from typing import Any

from ossim.config.parts import Arm, Line, Sweep
from ossim.dosing import regimen_text


def days(value: float) -> str:
    """Write a time so that it reads back to the same number of days."""
    return f"{value!r} days"


def trial_config(scenario: Any) -> dict[str, Any]:
    """Return the config values of a Scenario."""
    cohort, visits = scenario.cohort, scenario.visits
    out: dict[str, Any] = {
        "title": scenario.title,
        "model": scenario.model,
        "seed": scenario.seed,
        "cohort": {
            "population": cohort.population,
            "size": cohort.size,
            "typical": cohort.typical,
            "parameters": dict(cohort.parameters),
        },
        "arms": {arm.name: _arm(arm) for arm in scenario.arms},
        "visits": {"every": days(visits.every), "until": days(visits.until), "criteria": visits.criteria},
        "pharmacokinetics": scenario.pharmacokinetics,
        "new_lesions": scenario.new_lesions,
        "solver": {
            "rtol": scenario.solver.rtol,
            "atol": scenario.solver.atol,
            "max_steps": scenario.solver.max_steps,
        },
        "output": {"trajectories": scenario.output.trajectories, "every": days(scenario.output.every)},
        "compare_with": {item.trial: item.arm for item in scenario.comparisons},
        "figures": list(scenario.figures),
    }
    if visits.measurement_error is not None:
        out["visits"]["measurement_error"] = visits.measurement_error
    if scenario.space is not None:
        out["space"] = scenario.space.model_dump(by_alias=True, exclude_none=True)
    if scenario.sweep is not None:
        out["sweep"] = _sweep(scenario.sweep)
    return out


def model_config(run: Any) -> dict[str, Any]:
    """Return the config values of one run of a published model."""
    space = {} if run.space is None else {"space": run.space.model_dump(by_alias=True, exclude_none=True)}
    return {
        "title": run.title,
        "model": run.model,
        "times": list(run.times),
        "initial": dict(run.initial),
        "parameter_set": run.parameter_set,
        "parameters": {
            name: list(value) if isinstance(value, tuple) else value for name, value in run.parameters.items()
        },
        "doses": [dict(row) for row in run.doses],
        "rtol": run.rtol,
        "atol": run.atol,
        "observations": list(run.observations),
        "show": list(run.show),
        "figures": list(run.figures),
        **space,
    }


def line_text(line: Line) -> list[str] | str:
    """Write one treatment line as regimen texts; no drug is ``none``."""
    return [regimen_text(regimen) for regimen in line] or "none"


def _arm(arm: Arm) -> dict[str, Any]:
    out: dict[str, Any] = {"strategy": arm.strategy}
    if arm.strategy == "fixed":
        out["regimen"] = line_text(arm.lines[0])
    else:
        out |= {"lines": [line_text(line) for line in arm.lines], "switch": arm.switch}
    out["beyond_progression"] = arm.beyond_progression
    if arm.embolization is not None:
        out["embolization"] = {"day": days(arm.embolization.day), "fraction": arm.embolization.fraction}
    return out


def _sweep(sweep: Sweep) -> dict[str, Any]:
    out: dict[str, Any] = {
        "design": sweep.design,
        "axes": {axis.path: list(axis.values) for axis in sweep.axes},
        "outcomes": [outcome.text for outcome in sweep.outcomes],
    }
    if sweep.heatmap is not None:
        heatmap = sweep.heatmap
        out["heatmap"] = {"x": heatmap.x, "y": heatmap.y, "outcome": heatmap.outcome, "arm": heatmap.arm}
        out["heatmap"] |= {"minus": heatmap.minus} if heatmap.minus is not None else {}
    return out
