"""A result as text: tables of endpoints and of sweeps, published beside simulated, failures, what it assumes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from ossim import endpoints
from ossim.dataset import DAYS_PER_MONTH, Response
from ossim.report.assumptions import closing
from ossim.report.failures import failures, point
from ossim.report.published import comparison, comparison_table, number
from ossim.report.rows import LANDMARKS, SURVIVAL, Row, any_complete, endpoint_rows
from ossim.report.text_table import table


def summary(dataset: xr.Dataset) -> str:
    """Return what the command line prints of a result: a trial, a sweep or runs of a model.

    Parameters
    ----------
    dataset : of `ossim.run`, `ossim.run_sweep` or `ossim.open_result`
    """
    parts = [_sweep_table(dataset)] if "patients_per_arm" in dataset.attrs and "run" in dataset.dims else []
    if "patient" in dataset.dims:
        parts += _trial(dataset)
    if "temporal_error" in dataset.attrs:
        parts.append(
            f"error in time: {dataset.attrs['temporal_error']:.1g} ({dataset.attrs['temporal_error_meaning']})"
        )
    return "\n".join([*parts, closing(dataset.attrs)])


def _trial(dataset: xr.Dataset) -> list[str]:
    failed = [line for line in (failures(dataset),) if line]
    if not any_complete(dataset):
        return ["no endpoints: no patient's run went through in every arm", *failed]
    alone = dataset.sizes["patient"] == 1
    parts = [_patient_table(dataset) if alone else _endpoint_table(dataset, endpoint_rows(dataset))]
    compared = comparison(dataset)
    return [*parts, *([comparison_table(compared)] if compared is not None else []), *failed]


def _sweep_table(dataset: xr.Dataset) -> str:
    """Return the lowest and highest value of every outcome of a sweep, and where it lies."""
    lines = []
    for name, values in dataset.data_vars.items():
        if "run" not in values.dims or values.dtype.kind != "f" or not bool(values.notnull().any()):
            continue
        for arm in dataset["arm"].values if "arm" in values.dims else [None]:
            column = values.sel(arm=arm) if arm is not None else values
            if column.dims == ("run",) and bool(column.notnull().any()):
                scale, unit = (DAYS_PER_MONTH, " mo") if values.attrs.get("units") == "day" else (1.0, "")
                ends = (f"{float(column[i]) / scale:.3g}{unit} at {point(dataset, int(i))}" for i in _ends(column))
                lines.append((str(values.attrs.get("long_name", name)), str(arm or ""), *ends))
    return table(("outcome", "arm", "lowest", "highest"), lines)


def _endpoint_table(dataset: xr.Dataset, rows: Iterable[Row]) -> str:
    found = {(row["arm"], row["endpoint"], row.get("time")): row for row in rows}
    wanted = (
        ("ORR", "objective_response_rate", None),
        *((f"PFS {month:g} mo", "progression_free_rate", month * DAYS_PER_MONTH) for month in LANDMARKS),
        ("median PFS (mo)", "median_progression_free_survival", None),
        ("median OS (mo)", "median_overall_survival", None),
        ("median TTF (mo)", "median_time_to_failure", None),
        ("failed", "failed_patients", None),
    )
    # Time to failure is that of a strategy of several lines.
    wanted = tuple(column for column in wanted if any(name == column[1] for _, name, _ in found))
    lines = []
    for arm in map(str, dataset["arm"].values):
        lines.append((arm, *(_cell(found.get((arm, name, time))) for _, name, time in wanted)))
    return table(("arm", *(title for title, *_ in wanted)), lines)


def _patient_table(dataset: xr.Dataset) -> str:
    """Return the course of a single patient, whom no rate and no interval describes."""
    names = [*SURVIVAL, *(["time_to_failure"] if dataset.sizes.get("line", 1) > 1 else [])]
    best = endpoints.find("best_response")(dataset)
    events = [endpoints.find(name)(dataset) for name in names]
    lines = [
        (str(arm), Response(int(best.sel(arm=arm).item())).name, *(_when(found.sel(arm=arm)) for found in events))
        for arm in dataset["arm"].values
    ]
    return table(("arm", "best response", "PFS (mo)", "OS (mo)", "TTF (mo)")[: 2 + len(names)], lines)


def _when(event: xr.Dataset) -> str:
    """Write the time of one patient in months, with "+" where it is censored."""
    return f"{event['time'].item() / DAYS_PER_MONTH:.1f}{'' if event['event'].item() else '+'}"


def _cell(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "-"
    if "ci_low" not in row:
        return str(row["value"])
    scale, digits = (DAYS_PER_MONTH, 1) if row["unit"] == "day" else (0.01, 0)
    numbers = (number(row[key] / scale, digits) for key in ("value", "ci_low", "ci_high"))
    return "{} ({}-{})".format(*numbers) + ("" if row["unit"] == "day" else " %")


def _ends(values: xr.DataArray) -> tuple[int, int]:
    return int(np.nanargmin(values.values)), int(np.nanargmax(values.values))
