"""The arms of a figure: which ones, in what color and dash, and which of them would be drawn on top of each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from ossim.errors import unknown
from ossim.plots.style import PALETTE, wrapped

# Arms that differ by less than this, relative to the largest value, cannot be told apart on paper.
_VISIBLE = 1e-6
_THICK, _THIN = 2.6, 1.2
SAME = " = "


def arm_colors(ds: xr.Dataset) -> dict[str, str]:
    """Return the color of every arm, by its place among the arms of the Dataset."""
    return {str(arm): PALETTE[place % len(PALETTE)] for place, arm in enumerate(ds["arm"].values)}


def chosen_arms(ds: xr.Dataset, arms: Sequence[str] | None) -> list[str]:
    """Return the arms to draw, all of them by default.

    Raises
    ------
    UnknownNameError
        If an arm is not in the Dataset.
    """
    known = [str(arm) for arm in ds["arm"].values]
    for arm in arms or ():
        if arm not in known:
            raise unknown("arm", arm, known)
    return known if arms is None else list(arms)


def alike(drawn: Mapping[str, Sequence[ArrayLike]]) -> list[tuple[str, ...]]:
    """Return the arms in groups that look the same, in order of their first member.

    Strategies that begin with the same line share all of its figures, because all arms hold the same patients.

    Parameters
    ----------
    drawn : arm -> the arrays that are drawn of it, equally many for each
    """
    groups: list[list[str]] = []
    for arm, arrays in drawn.items():
        for group in groups:
            if all(_same(one, other) for one, other in zip(arrays, drawn[group[0]], strict=True)):
                group.append(arm)
                break
        else:
            groups.append([arm])
    return [tuple(group) for group in groups]


def group_label(group: Sequence[str], width: int = 44) -> str:
    """Return the names of arms that look the same, "a = b = c", in lines of at most `width` characters."""
    return wrapped(SAME.join(group), width)


def line_widths(n: int) -> list[float]:
    """Return widths for `n` curves in drawing order, falling, so that a curve beneath others stays visible."""
    return [1.6] * n if n < 3 else list(np.linspace(_THICK, _THIN, n))


def _same(one: ArrayLike, other: ArrayLike) -> bool:
    one, other = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if one.shape != other.shape or (np.isnan(one) != np.isnan(other)).any():
        return False
    size = np.nanmax(np.abs(one), initial=0.0)
    return bool(np.nanmax(np.abs(one - other), initial=0.0) <= _VISIBLE * size)
