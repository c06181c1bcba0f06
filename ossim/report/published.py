"""Published outcomes that a config asks to be compared with, and the table that shows them beside simulated ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from ossim import catalog, endpoints
from ossim.dataset import DAYS_PER_MONTH
from ossim.endpoints.comparison import digits_needed, is_count
from ossim.endpoints.outcome import published
from ossim.report.text_table import table


def comparison(dataset: xr.Dataset, trials: Mapping[str, str] | None = None) -> xr.Dataset | None:
    """Return simulated beside published outcomes; None where there is nothing to compare with.

    Parameters
    ----------
    dataset : a trial of `ossim.run` or `ossim.open_result`; patients whose run failed are left out
    trials : name of a published trial -> arm that imitates it; by default what the config of the trial says

    Returns
    -------
    Dataset over `outcome`, see `ossim.endpoints.compare`

    Raises
    ------
    UnknownNameError
        There is no such trial or arm.
    """
    if trials is None:
        trials = _asked_for(dataset)
    outcomes = [outcome for name, arm in trials.items() for outcome in _published(catalog.trial(name), arm)]
    return endpoints.compare(dataset, outcomes, failed="exclude") if outcomes else None


def _asked_for(dataset: xr.Dataset) -> dict[str, str]:
    """Trial -> arm, as the result carries it; reading it runs nothing."""
    return json.loads(dataset.attrs.get("compare_with", "{}"))


def _published(trial: catalog.Trial, arm: str) -> Iterable[dict[str, Any]]:
    for outcome in trial.outcomes:
        if published(outcome.endpoint) is None or outcome.misprint:
            continue
        yield {
            "arm": arm,
            "endpoint": outcome.endpoint,
            "label": f"{trial.name}: {outcome.endpoint.replace('_', ' ')}" + (_at(outcome.time)),
            "time": outcome.time,
            "k": outcome.k,
            "n": outcome.n,
            "value": outcome.value,
            **_interval(outcome),
        }


def _interval(outcome: Any) -> dict[str, float | None]:
    """Return the printed interval of a median; a rate with counts gets its exact one from them."""
    if outcome.k is not None and outcome.n is not None:
        return {}
    return {"ci_low": outcome.ci_low, "ci_high": outcome.ci_high}


def _at(time: float | None) -> str:
    if time is None:
        return ""
    return f" at {time / 7:.0f} wk" if time % 7 == 0 else f" at {time / DAYS_PER_MONTH:.3g} mo"


def comparison_table(compared: xr.Dataset) -> str:
    """Return simulated beside published outcomes, with what lies outside the published interval seen to do so."""
    lines = []
    for row in endpoints.rows(compared):
        scale, digits = (DAYS_PER_MONTH, 1) if row["quantity"] == "median" else (0.01, 0)
        unit = "mo" if row["quantity"] == "median" else "%"
        share, low, high, ours = (row[key] / scale for key in ("published", "ci_low", "ci_high", "simulated"))
        digits = digits_needed(ours, low, high, digits)
        count = ""
        if row["quantity"] == "rate" and is_count(row["k"], row["n"]):
            count, share = f"{row['k']:.0f}/{row['n']:.0f} = ", 100 * row["k"] / row["n"]
        known = not (np.isnan(low) or np.isnan(high))
        interval = f"({low:.{digits}f}-{high:.{digits}f})" if known else "(not reported)"
        inside = {1: "inside", 0: "outside", -1: "-"}[row["inside"]]
        theirs = f"{count}{share:.{digits}f} {unit} {interval}"
        lines.append((row["label"], row["arm"], f"{number(ours, digits)} {unit}", theirs, inside))
    return table(("published outcome", "arm", "simulated", "published (interval)", ""), lines)


def number(value: float, digits: int) -> str:
    """Write a number, NR (not reached) for NaN."""
    return "NR" if np.isnan(value) else f"{value:.{digits}f}"
