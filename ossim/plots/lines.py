"""Lines of treatment in figures: one name and one look for each, the same in every arm and in every figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import xarray as xr
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Patch

from ossim.endpoints.runs import line_name, of_line
from ossim.plots import style
from ossim.plots.arms import chosen_arms, group_label

# The light scheme of Paul Tol (personal.sron.nl/~pault), made for areas that carry text; no arm has one of its colors.
PALETTE = ("#77AADD", "#EE8866", "#44BB99", "#EEDD88", "#FFAABB", "#AAAA00", "#99DDFF", "#BBCC33")
NO_DRUG, NO_DRUG_COLOR = "no drug", "#ABABAB"
# Further lines of one color are paler, and hatched.
_HATCHES = ("", "////////", "........", "xxxxxxxx", "||||||||", "--------")
_PALER = 0.65
_NUMBER = re.compile(r" \(line \d+\)$")


class Look(NamedTuple):
    """How a line of treatment is filled: a color, and a hatch in a color of its own."""

    color: str
    hatch: str
    hatch_color: str

    @property
    def fill(self) -> dict[str, Any]:
        """The fill, as arguments of a bar or a patch."""
        return {"facecolor": self.color, "hatch": self.hatch, "edgecolor": self.hatch_color, "linewidth": 0}


def line_names(ds: xr.Dataset, arm: str) -> list[str]:
    """Return the name of every line of an arm: the treatment where the Dataset says so, else its number.

    Lines that the arm does not plan have an empty name.
    """
    if "line_label" in ds:
        return [str(name) for name in ds["line_label"].sel(arm=arm).values]
    return [line_name(int(line)) for line in ds["line"].values]


def line_looks(ds: xr.Dataset) -> dict[str, Look]:
    """Return name -> look of every line of treatment of the Dataset, whichever arms of it are drawn.

    Lines of the same drugs share a hue, told apart by lightness and hatch. Hues go to single drugs by name, then to
    combinations, then to names without a drug.
    """
    by_arm = [line_names(ds, str(arm)) for arm in ds["arm"].values]
    names = [name for name in dict.fromkeys(name for column in zip(*by_arm, strict=True) for name in column) if name]
    drugs = sorted(map(str, ds["drug"].values)) if "drug" in ds.coords else []
    given = {name: _drugs_in(name, drugs) or (_NUMBER.sub("", name),) for name in names}
    hues = sorted(set(given.values()), key=lambda found: (not set(found) <= set(drugs), len(found), found))
    looks = {}
    for place, hue in enumerate(hues):
        color = NO_DRUG_COLOR if hue == (NO_DRUG,) else PALETTE[place % len(PALETTE)]
        turn = place // len(PALETTE)
        for again, name in enumerate((name for name in names if given[name] == hue), start=turn):
            pale = _mixed(color, _PALER) if again else color
            looks[name] = Look(pale, _HATCHES[again % len(_HATCHES)], color)
    return looks


def line_patches(looks: dict[str, Look], names: Iterable[str]) -> list[Patch]:
    """Return the handles of a legend for the lines called `names`, each once, in the order of the Dataset."""
    shown = set(names)
    return [Patch(label=name, **look.fill) for name, look in looks.items() if name in shown]


def on_line(ds: xr.Dataset, arms: Sequence[str], line: int | None, width: int = 44) -> str:
    """Return the names of arms that look the same, and their treatment where the Dataset has several lines.

    Parameters
    ----------
    line : the line of treatment that is drawn, None for all of them
    width : characters per line of text
    """
    label = group_label(arms, width)
    if line is None or "line_label" not in ds or ds.sizes["line"] < 2:
        return label
    treatments = " or ".join(dict.fromkeys(name for arm in arms if (name := line_names(ds, arm)[line])))
    if not treatments:
        return label
    fits = len(label) + len(treatments) + 2 <= width
    return f"{label}: {treatments}" if fits else f"{label}:\n{style.wrapped(treatments, width)}"


def arms_on_line(ds: xr.Dataset, arms: Sequence[str] | None, line: int | None) -> list[str]:
    """Return the arms to draw, without those in which nobody began `line`; all where nobody did in any."""
    chosen = chosen_arms(ds, arms)
    if line is None:
        return chosen
    begun = of_line(ds, "line_start", line).notnull().any("patient")
    return [arm for arm in chosen if begun.sel(arm=arm)] or chosen


def _drugs_in(name: str, drugs: Sequence[str]) -> tuple[str, ...]:
    """Return the drugs that are words of `name`, in the order of `drugs`."""
    return tuple(drug for drug in drugs if re.search(rf"(?<!\w){re.escape(drug)}(?!\w)", name))


def _mixed(color: str, white: float) -> str:
    """Return a color with a share of white."""
    red, green, blue = ((1 - white) * part + white for part in to_rgb(color))
    return to_hex((red, green, blue))
