"""Kaplan-Meier curves of the arms with the extended table (at risk, censored, events) beneath.

References
----------
Morris et al. 2019, BMJ Open 9:e030215, doi 10.1136/bmjopen-2019-030215 (KMunicate).
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from ossim import endpoints
from ossim.endpoints.survival import counts_at, median_time, survival_at
from ossim.endpoints.survival import kaplan_meier as survival_curve
from ossim.errors import InputError
from ossim.plots import style
from ossim.schema import DAYS_PER_MONTH

LANDMARKS = (4.0, 6.0)
# Curves are drawn to where this share of the patients remains at risk.
_SHARE_AT_RISK = 0.10
_TABLE_ROWS = (("at_risk", "At risk"), ("censored", "Censored"), ("events", "Events"))
_ROW, _TABLE_TOP = 9.5, 38.0


def applies(ds: xr.Dataset) -> bool:
    """Return whether the Dataset holds the times of progression and death."""
    return {"line_start", "progression_time", "death_time"} <= set(ds.data_vars)


def kaplan_meier_table(
    ds: xr.Dataset,
    *,
    endpoint: str = "progression_free_survival",
    arms: list[str] | None = None,
    landmarks: tuple[float, ...] = LANDMARKS,
    confidence_level: float = 0.95,
    **options: object,
) -> xr.Dataset:
    """Return the numbers of `kaplan_meier`.

    Returns
    -------
    Dataset with `survival`, `ci_low`, `ci_high` [1], `at_risk`, `censored` and `events` (before that time), dims
    (arm, time [day]); `median`, `median_low`, `median_high` [day], dims (arm,); `rate`, `rate_low`, `rate_high` [1],
    dims (arm, landmark [month])
    """
    curves = _curves(ds, endpoint, arms, confidence_level, options)
    grid = np.unique(np.concatenate([curve["time"].values for curve in curves.values()]))
    parts = []
    for curve in curves.values():
        median, low, high = median_time(curve)
        at_landmark = survival_at(curve, np.array(landmarks) * DAYS_PER_MONTH).rename(
            time="landmark", survival="rate", ci_low="rate_low", ci_high="rate_high"
        )
        medians = xr.Dataset({"median": median, "median_low": low, "median_high": high})
        at_landmark = at_landmark.assign_coords(landmark=list(landmarks))
        parts.append(xr.merge([survival_at(curve, grid), counts_at(curve, grid), medians, at_landmark]))
    table = xr.concat(parts, dim="arm").assign_coords(arm=list(curves))
    table["time"].attrs["units"] = "day"
    table["landmark"].attrs["units"] = "month"
    return table.assign_attrs(endpoint=endpoint, confidence_level=confidence_level)


@style.styled
def kaplan_meier(
    ds: xr.Dataset,
    *,
    endpoint: str = "progression_free_survival",
    ax: Axes | None = None,
    arms: list[str] | None = None,
    landmarks: tuple[float, ...] = LANDMARKS,
    until: float | None = None,
    table: bool = True,
    confidence_level: float = 0.95,
    **options: object,
) -> Axes:
    """Draw step curves with interval, censor ticks, medians, landmark rates and the table beneath.

    Parameters
    ----------
    ds : trial Dataset
    endpoint : a time-to-event endpoint of `ossim.endpoints`
    ax : where to draw, a new figure by default
    arms : arms to draw, all by default
    landmarks : times of the rates in the legend [month]
    until : end of the x axis [day]; by default where 10 % remain at risk in the longest arm
    table : draw the table of numbers at risk, censored and with event
    confidence_level : of the interval
    options : passed to the endpoint, such as ``line=1``
    """
    curves = _curves(ds, endpoint, arms, confidence_level, options)
    until = until or _end(curves)
    colors = style.arm_colors(ds)
    n_rows = len(curves) * (len(_TABLE_ROWS) + 1) if table else 0
    if ax is None:
        ax = style.panels(None, 1, width=6.6, height=3.9 + n_rows * _ROW / 72)[0]
    for arm, curve in curves.items():
        months = curve["time"].values / DAYS_PER_MONTH
        color = colors[arm]
        ax.fill_between(months, curve["ci_low"], curve["ci_high"], step="post", color=color, alpha=0.15, linewidth=0)
        ax.step(months, curve["survival"], where="post", color=color, label=_legend(arm, curve, landmarks))
        at = curve["censored"].values > 0
        ax.plot(months[at], curve["survival"].values[at], "|", color=color, markersize=6, markeredgewidth=0.9)
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    ax.set_ylabel(next(iter(curves.values())).attrs["long_name"])
    style.month_axis(ax, until)
    # Curves start at the upper left and fall, so that the upper right is free.
    ax.legend(loc="upper right", labelspacing=0.7, handlelength=1.4, borderaxespad=0.1)
    if table:
        _draw_table(ax, curves, colors, until)
    return ax


def _curves(
    ds: xr.Dataset, endpoint: str, arms: list[str] | None, confidence_level: float, options: dict
) -> dict[str, xr.Dataset]:
    chosen = style.chosen_arms(ds, arms)
    events = endpoints.find(endpoint)(ds, **options).sel(arm=chosen)
    name = str(events["time"].attrs["long_name"])
    curves = {}
    for place, arm in enumerate(chosen):
        time, event = events["time"].values[place], events["event"].values[place]
        # An arm in which nobody began this line has no curve.
        if not np.isnan(time).all():
            curves[arm] = survival_curve(time, event, confidence_level=confidence_level)
            curves[arm].attrs["long_name"] = name[0].upper() + name[1:]
    if not curves:
        raise InputError(f"no patient has a {name}")
    return curves


def _end(curves: dict[str, xr.Dataset]) -> float:
    """Return the last time at which 10 % remain at risk in any arm [day], with a little room."""
    ends = [
        curve["time"].values[curve["at_risk"].values >= _SHARE_AT_RISK * curve.attrs["n"]][-1]
        for curve in curves.values()
    ]
    return 1.02 * max([*ends, DAYS_PER_MONTH])


def _legend(arm: str, curve: xr.Dataset, landmarks: tuple[float, ...]) -> str:
    median, low, high = (style.in_months(days) for days in median_time(curve))
    rates = survival_at(curve, np.array(landmarks) * DAYS_PER_MONTH)["survival"].values
    landmark_text = ", ".join(
        f"{month:g} mo {style.percent(rate)}" for month, rate in zip(landmarks, rates, strict=True)
    )
    return f"{arm}\nmedian {median} mo ({low}–{high}); {landmark_text}"


def _draw_table(ax: Axes, curves: dict[str, xr.Dataset], colors: dict[str, str], until: float) -> None:
    ticks = style.month_ticks(until)
    offset = _TABLE_TOP

    def write(x: float, text: str, right: float, **how: object) -> None:
        ax.annotate(
            text,
            xy=(x, 0),
            xycoords=("data", "axes fraction"),
            xytext=(right, -offset),
            textcoords="offset points",
            va="top",
            fontsize=style.SMALL - 0.5,
            annotation_clip=False,
            **how,
        )

    for arm, curve in curves.items():
        counts = counts_at(curve, ticks * DAYS_PER_MONTH)
        write(0, arm, -54, ha="left", color=colors[arm], fontweight="bold")
        offset += _ROW
        for name, label in _TABLE_ROWS:
            write(0, label, -18, ha="right", color=style.INK)
            for tick, count in zip(ticks, counts[name].values, strict=True):
                write(tick, f"{count}", 0, ha="center", color=style.INK)
            offset += _ROW
