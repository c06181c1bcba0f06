"""Kaplan-Meier curves of the arms with the extended table (at risk, censored, events) beneath.

References
----------
Morris et al. 2019, BMJ Open 9:e030215, doi 10.1136/bmjopen-2019-030215 (KMunicate).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from ossim import endpoints
from ossim.dataset import DAYS_PER_MONTH
from ossim.endpoints.runs import line_name
from ossim.endpoints.survival import counts_at, median_time, survival_at
from ossim.endpoints.survival import kaplan_meier as survival_curve
from ossim.errors import InputError
from ossim.plots import style
from ossim.plots.arms import alike, arm_colors, chosen_arms, group_label, line_widths
from ossim.plots.base import Figure
from ossim.plots.lines import on_line

PROGRESSION_FREE, OVERALL, FAILURE = "progression_free_survival", "overall_survival", "time_to_failure"
VARIANTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {name: MappingProxyType({"endpoint": name}) for name in (OVERALL, FAILURE)}
)
# Months whose rates are written out.
_LANDMARKS = MappingProxyType({PROGRESSION_FREE: (4.0, 6.0)})
_LATE_LANDMARKS = (6.0, 12.0)
# Curves are drawn to where this share of the patients remains at risk.
_SHARE_AT_RISK = 0.10
_ROOM = 1.02
_TABLE_ROWS = (("at_risk", "At risk"), ("censored", "Censored"), ("events", "Events"))
_ROW, _TABLE_TOP = 9.5, 38.0
# More steps than this are finer than the dots of a figure.
_MOST_STEPS = 5000
# With more curves than this their bands hide each other, and the table has one row per curve.
_MOST_BANDS = 2
# Columns of numbers that such a row has room for, and characters of a legend line.
_MOST_COLUMNS, _LEGEND_WIDTH = 7, 76
_AXIS = MappingProxyType({FAILURE: "Patients without failure of strategy"})


def applies(ds: xr.Dataset, endpoint: str = PROGRESSION_FREE) -> bool:
    """Return whether the Dataset holds times of progression and death of a cohort, of several lines for `FAILURE`."""
    if not style.has_cohort(ds, "line_start", "progression_time", "death_time"):
        return False
    planned = int(ds["planned_lines"].max()) if "planned_lines" in ds else ds.sizes["line"]
    return endpoint != FAILURE or planned > 1


def kaplan_meier_table(
    ds: xr.Dataset,
    *,
    endpoint: str = PROGRESSION_FREE,
    arms: list[str] | None = None,
    landmarks: tuple[float, ...] | None = None,
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
    landmarks = landmarks or _LANDMARKS.get(endpoint, _LATE_LANDMARKS)
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


@style.styled(says="Bands and intervals: {level:g} %, pointwise, Monte Carlo error of these virtual patients only.")
def kaplan_meier(
    ds: xr.Dataset,
    *,
    endpoint: str = PROGRESSION_FREE,
    ax: Axes | None = None,
    arms: list[str] | None = None,
    landmarks: tuple[float, ...] | None = None,
    until: float | None = None,
    table: bool = True,
    confidence_level: float = 0.95,
    **options: object,
) -> Axes:
    """Draw step curves with censor ticks, medians, landmark rates, and a table of numbers at risk beneath.

    Arms whose curves coincide share one. Up to two curves have their interval drawn and the full table.

    Parameters
    ----------
    ds : trial Dataset
    endpoint : a time-to-event endpoint of `ossim.endpoints`
    ax : where to draw, a new figure by default
    arms : arms to draw, all by default
    landmarks : times of the rates in the legend [month]; by default 4 and 6, of later endpoints 6 and 12
    until : end of the x axis [day]; by default where 10 % remain at risk in the longest arm
    table : draw the table of numbers at risk, censored and with event
    confidence_level : of the interval
    options : passed to the endpoint, such as ``line=1``
    """
    landmarks = landmarks or _LANDMARKS.get(endpoint, _LATE_LANDMARKS)
    curves = _curves(ds, endpoint, arms, confidence_level, options)
    groups = alike({arm: (curve["time"].values, curve["survival"].values) for arm, curve in curves.items()})
    until = until or _end(curves)
    line = _line(endpoint, options)
    colors = arm_colors(ds)
    n_rows = len(groups) * (len(_TABLE_ROWS) + 1) if len(groups) <= _MOST_BANDS else len(groups) + 1
    own = ax is None
    if own:
        ax = style.panels(None, 1, width=6.6, height=3.9 + table * n_rows * _ROW / 72 + 0.16 * len(groups))[0]
    handles = []
    for group, width in zip(groups, line_widths(len(groups)), strict=True):
        curve, color = curves[group[0]], colors[group[0]]
        label = _legend(on_line(ds, group, line, _LEGEND_WIDTH), curve, landmarks)
        curve = _drawn(curve)
        months = curve["time"].values / DAYS_PER_MONTH
        if len(groups) <= _MOST_BANDS:
            band = (curve["ci_low"], curve["ci_high"])
            ax.fill_between(months, *band, step="post", color=color, alpha=0.15, linewidth=0)
        handles += ax.step(months, curve["survival"], where="post", color=color, linewidth=width, label=label)
        at = curve["censored"].values > 0
        ax.plot(months[at], curve["survival"].values[at], "|", color=color, markersize=6, markeredgewidth=0.9)
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    ax.set_ylabel(_AXIS.get(endpoint, curves[groups[0][0]].attrs["long_name"]))
    style.month_axis(ax, until, "Time since enrollment" if line is None else f"Time since start of {line_name(line)}")
    ticks = _ticks(ax, curves, until)
    # Curves may lie anywhere, so the legend stands above them.
    style.legend_above(np.array([ax]), handles, own=own)
    if table:
        shown = {group_label(group, 28): (curves[group[0]], colors[group[0]]) for group in groups}
        _draw_table(ax, shown, ticks)
    return ax


def _curves(
    ds: xr.Dataset, endpoint: str, arms: list[str] | None, confidence_level: float, options: dict
) -> dict[str, xr.Dataset]:
    chosen = chosen_arms(ds, arms)
    events = endpoints.find(endpoint)(ds, **options)
    name = str(events["time"].attrs["long_name"])
    curves = {}
    for arm in chosen:
        time, event = (events[part].sel(arm=arm).values for part in ("time", "event"))
        # An arm in which nobody began this line has no curve.
        if not np.isnan(time).all():
            curves[arm] = survival_curve(time, event, confidence_level=confidence_level)
            curves[arm].attrs["long_name"] = name[0].upper() + name[1:]
    if not curves:
        raise InputError(f"no patient has a {name}")
    return curves


def _line(endpoint: str, options: Mapping[str, Any]) -> int | None:
    """Return the line of treatment that the curves are of, None where they are of the whole course."""
    return options.get("line", 0) if endpoint == PROGRESSION_FREE else None


def _end(curves: dict[str, xr.Dataset]) -> float:
    """Return the last time at which 10 % remain at risk in any arm [day], with a little room."""
    ends = [
        curve["time"].values[curve["at_risk"].values >= _SHARE_AT_RISK * curve.attrs["n"]][-1]
        for curve in curves.values()
    ]
    return _ROOM * max([*ends, DAYS_PER_MONTH])


def _drawn(curve: xr.Dataset) -> xr.Dataset:
    """Return the curve at as many of its times as a figure can show."""
    return curve.isel(time=style.evenly_ranked(np.arange(curve.sizes["time"]), _MOST_STEPS))


def _legend(who: str, curve: xr.Dataset, landmarks: tuple[float, ...]) -> str:
    median, low, high = (style.in_months(days) for days in median_time(curve))
    rates = survival_at(curve, np.array(landmarks) * DAYS_PER_MONTH)["survival"].values
    landmark_text = ", ".join(
        f"{month:g} mo {style.percent(rate)}" for month, rate in zip(landmarks, rates, strict=True)
    )
    numbers = f"median {median} mo ({low}–{high}); {landmark_text}"
    joint = "; " if ": " in who else ": "
    return f"{who}{joint}{numbers}" if len(who) + len(numbers) + 2 <= _LEGEND_WIDTH else f"{who}\n{numbers}"


def _ticks(ax: Axes, curves: dict[str, xr.Dataset], until: float) -> NDArray:
    """Return the ticks of a month axis [month]; one a rounding after the last observation moves there, as labelled."""
    ticks, last = style.month_ticks(until), max(float(curve["time"].values[-1]) for curve in curves.values())
    month = last / DAYS_PER_MONTH
    if month < ticks[-1] < month + style.NEARLY:
        ticks[-1] = month
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks[:-1]] + [f"{month:.1f}".removesuffix(".0")])
        # The last visit may bring events: room for the drop.
        ax.set_xlim(right=max(ax.get_xlim()[1], _ROOM * month))
    return ticks


def _days(curve: xr.Dataset, ticks: NDArray) -> NDArray:
    """Return the days of `ticks` [month], exactly the last observation where one stands there."""
    days, last = ticks * DAYS_PER_MONTH, float(curve["time"].values[-1])
    return np.where(np.isclose(days, last), last, days)


def _draw_table(ax: Axes, curves: dict[str, tuple[xr.Dataset, str]], ticks: NDArray) -> None:
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

    if len(curves) > _MOST_BANDS:
        ticks = ticks[:: 1 + (ticks.size - 1) // _MOST_COLUMNS]
        write(0, "At risk (events)", -22, ha="right", color=style.INK)
        offset += _ROW
    for name, (curve, color) in curves.items():
        counts = counts_at(curve, _days(curve, ticks))
        if len(curves) > _MOST_BANDS:
            write(0, name, -22, ha="right", color=color, fontweight="bold")
            for tick, at_risk, events in zip(ticks, counts["at_risk"].values, counts["events"].values, strict=True):
                write(tick, f"{at_risk} ({events})", 0, ha="center", color=style.INK)
            offset += _ROW * (1 + name.count("\n"))
            continue
        write(0, name.replace("\n", " "), -54, ha="left", color=color, fontweight="bold")
        offset += _ROW
        for row, label in _TABLE_ROWS:
            write(0, label, -18, ha="right", color=style.INK)
            for tick, count in zip(ticks, counts[row].values, strict=True):
                write(tick, f"{count}", 0, ha="center", color=style.INK)
            offset += _ROW


FIGURE = Figure(kaplan_meier, applies, kaplan_meier_table, VARIANTS)
