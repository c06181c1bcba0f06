"""Is drug delivery better for a while after a VEGFR inhibitor starts, because immature, leaky vessels go first?

Expectation: at full dose delivery to viable cells rises 5 to 20 % above that without inhibitor within ten days, is
below it again before four weeks, while interstitial pressure falls by a quarter or more. The rise falls with the dose.
Without block of delivery by pressure there is none; with a drug that tissue hardly loses (0.1) it is less than two
thirds of that.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from common import command_line, plt, save, scenario

import ossim

NAME, FULL, CONTROL = "normalization_window", "sorafenib_400", "untreated"
#: parameter -> values; the rest stays as in the catalogue
SWEPT = {
    "space.parameters.pressure_block": (0.0, 0.3, 0.5, 0.7, 0.9, 0.99),
    "space.parameters.immature_leakiness": (1.0, 2.0, 3.0, 5.0, 8.0, 14.0, 20.0),
    "space.parameters.drug_loss": (0.0, 0.1, 0.3, 1.0, 2.0, 3.0),
    "immature_perfusion": (0.0, 0.1, 0.2, 0.35, 0.5),
}


def relative(run: xr.Dataset) -> xr.DataArray:
    """Delivery to viable cells over that of the untreated arm at the same visit, dims (arm, visit)."""
    return run["drug_penetration"].isel(patient=0) / run["drug_penetration"].isel(patient=0).sel(arm=CONTROL)


def measure(run: xr.Dataset) -> xr.Dataset:
    """Largest rise of delivery, its day, days above no inhibitor, delivery and pressure at the end, per arm."""
    ratio, days = relative(run).drop_vars("visit"), run["planned_visit_time"].drop_vars("visit")
    pressure = run["interstitial_pressure"].isel(patient=0).drop_vars("visit")
    return xr.Dataset(
        {
            "rise": ratio.max("visit") - 1.0,
            "day": days.isel(visit=ratio.argmax("visit")),
            "days_above": (ratio > 1.0).sum("visit"),
            "at_end": ratio.isel(visit=-1),
            "pressure_ratio": pressure.isel(visit=-1) / pressure.isel(visit=0),
        }
    )


def rise(**changes: float) -> float:
    """Largest rise of delivery at full dose with other parameters."""
    config = scenario(NAME, folder="spatial", **changes)
    arms = {name: arm for name, arm in config.resolved()["arms"].items() if name in (CONTROL, FULL)}
    return float(measure(ossim.run(config.with_overrides({"arms": arms})))["rise"].sel(arm=FULL))


def main(out: Path | None = None, size: int = 1) -> xr.Dataset:
    """Simulate, print, save into `out` if given, and return the measures of each arm; there is no cohort to size."""
    run = ossim.run(scenario(NAME, folder="spatial"))
    found = measure(run)
    if out is not None:
        swept = {name: [rise(**{name: value}) for value in values] for name, values in SWEPT.items()}
        rows = [
            {"what": str(arm), "value": "", **{str(key): float(item) for key, item in found.sel(arm=arm).items()}}
            for arm in found["arm"].values
        ]
        rows += [
            {"what": name.rpartition(".")[2], "value": value, **dict.fromkeys(found.data_vars, ""), "rise": high}
            for name, values in SWEPT.items()
            for value, high in zip(values, swept[name], strict=True)
        ]
        for row in rows:
            print(f"{row['what']:20s} {row['value']!s:5s} largest rise of delivery {100.0 * row['rise']:5.1f} %")
        save(out, rows, _figure(run, swept), {NAME: run})
    return found


def _figure(run: xr.Dataset, swept: dict[str, list[float]]):
    """Draw delivery and pressure by dose over the weeks, and the largest rise against each parameter."""
    figure = plt.figure(figsize=(11, 6.4), layout="constrained")
    upper, lower = figure.subfigures(2, 1, height_ratios=(1.25, 1))
    left, right = upper.subplots(1, 2)
    ratio, days = relative(run), run["planned_visit_time"].values
    shades = plt.get_cmap("viridis")(np.linspace(0.85, 0.0, run.sizes["arm"] - 1))
    for arm, color in zip(run["arm"].values, ["0.5", *shades], strict=True):
        label = str(arm) if arm == CONTROL else f"sorafenib {str(arm).rpartition('_')[2]} mg b.i.d."
        left.plot(days, 100.0 * (ratio.sel(arm=arm) - 1.0), color=color, label=label, linewidth=1.7)
        right.plot(days, run["interstitial_pressure"].isel(patient=0).sel(arm=arm), color=color, linewidth=1.7)
    left.set(xlabel="Day", ylabel="Delivery to viable cells,\nchange against untreated [%]", xlim=(0, days[-1]))
    right.set(xlabel="Day", ylabel="Interstitial pressure, vessels = 1", xlim=(0, days[-1]), ylim=(0.0, 1.0))
    left.legend(frameon=False, loc="lower left")
    panels = lower.subplots(1, len(SWEPT), sharey=True)
    for panel, (name, values) in zip(panels, SWEPT.items(), strict=True):
        short = name.rpartition(".")[2]
        model = "osteosarcoma_patient" if short == name else "osteosarcoma_spatial"
        panel.plot(values, 100.0 * np.array(swept[name]), "o-", color="0.2", linewidth=1.4, markersize=4)
        panel.axvline(ossim.catalog.model_parameters(model)[short].value, color="0.6", linewidth=1.0, linestyle="--")
        panel.set_xlabel(short.replace("_", " ").capitalize())
    panels[0].set(ylabel="Largest rise of\ndelivery [%]", ylim=(-0.5, None))
    for panel in (left, right, *panels):
        panel.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    main(*command_line(NAME, "Is there a normalization window of drug delivery?", size=1))
