"""What do surgery of the primary and peri-operative therapy leave of the metastases of osteosarcoma?

Expectation: surgery alone leaves 70 % or more of patients with a relapse within five years, chemotherapy around
surgery 25 to 35 %. The same 200 days of chemotherapy after immediate surgery do as well within 10 points (a randomized
trial of the two, recalled, found no difference). A drug that slows only the primary, given for ten weeks before
surgery, leaves a primary at least a tenth smaller than waiting does, but spares less than 3 points of relapses.
How well chemotherapy eradicates metastases is not known: swept.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from common import command_line, plt, save, scenario

import ossim

ARMS = {
    "surgery_alone": "surgery alone",
    "surgery_delayed": "10 weeks without drug, surgery",
    "surgery_antiangiogenic": "10 weeks of antiangiogenic, surgery",
    "surgery_adjuvant": "surgery, chemotherapy",
    "surgery_perioperative": "chemotherapy, surgery, chemotherapy",
}
SWEPT = "chemotherapy_eradication_rate"
RATES = tuple(float(rate) for rate in np.round(np.linspace(0.0, 0.016, 17), 3))
YEAR, FIVE_YEARS = 365.25, 1825.0


def measure(dataset: xr.Dataset) -> xr.Dataset:
    """Primary at surgery, and relapse, number of metastases and their volume five years later, for one run or many."""
    surgery = float(scenario(dataset.attrs["config_name"]).parameters["surgery_day"])
    late, before = dataset.sel(time=surgery + FIVE_YEARS), dataset["primary_volume"].sel(time=surgery)
    names = ("relapse_probability", "visible_count", "metastasis_count", "metastatic_burden")
    return xr.Dataset(
        {"primary_volume": before.drop_vars("time"), **{name: late[name].drop_vars("time") for name in names}}
    )


def swept(name: str) -> xr.Dataset:
    """The same measures for every rate of eradication, dimension `run`."""
    return measure(ossim.run(scenario(name, **{f"parameters.{SWEPT}": list(RATES)})))


def main(out: Path | None = None, size: int = 1) -> dict[str, xr.Dataset]:
    """Simulate, print, save into `out` if given, and return the measures of each arm; there is no cohort to size."""
    runs = {name: ossim.run(scenario(name)) for name in ARMS}
    found = {name: measure(run) for name, run in runs.items()}
    if out is not None:
        rows = [{"arm": name, **{str(key): float(value) for key, value in one.items()}} for name, one in found.items()]
        for row in rows:
            print(
                f"{ARMS[row['arm']]:36s} primary at surgery {row['primary_volume'] / 1e3:5.0f} cm^3, five years later"
                f" relapse {row['relapse_probability']:.3f}, burden {row['metastatic_burden'] / 1e3:7.1f} cm^3"
            )
        save(out, rows, _figure(runs), runs)
    return found


def _figure(runs: dict[str, xr.Dataset]):
    """Draw primary, number of metastases and relapses over the years since diagnosis, and the sweep."""
    figure, axes = plt.subplots(2, 2, figsize=(10.5, 7.2), layout="constrained")
    shown = (
        ("primary_volume", 1e-3, "Primary tumor [cm³]"),
        ("metastasis_count", 1.0, "Expected number of metastases"),
        ("relapse_probability", 100.0, "Patients with a relapse [%]"),
    )
    for panel, (variable, factor, label) in zip(axes.flat, shown, strict=False):
        for name, run in runs.items():
            years = (run["time"].values - run["time"].values[0]) / YEAR
            style = "--" if name == "surgery_antiangiogenic" else "-"
            panel.plot(years, factor * run[variable].values, style, label=ARMS[name], linewidth=1.6)
        panel.set(xlabel="Years since diagnosis", ylabel=label, xlim=(0.0, 5.2), ylim=(0.0, None))
    axes[0, 0].set_xlim(-0.01, 0.5)
    axes[0, 1].set(yscale="log", ylim=(0.1, None))
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3, frameon=False)
    colors = dict(zip(ARMS, plt.rcParams["axes.prop_cycle"].by_key()["color"], strict=False))
    for name in ("surgery_adjuvant", "surgery_perioperative"):
        axes[1, 1].plot(RATES, 100.0 * swept(name)["relapse_probability"].values, color=colors[name], linewidth=1.6)
    chosen = ossim.catalog.model_parameters("iwata_treated")[SWEPT].value
    axes[1, 1].axvline(chosen, color="0.6", linewidth=1.0, linestyle="--")
    axes[1, 1].axhspan(25.0, 35.0, color="0.9", zorder=0)
    axes[1, 1].text(RATES[-1], 30.0, "reported", ha="right", va="center", color="0.4")
    axes[1, 1].set(xlabel="Eradication by chemotherapy [1/day], assumed", ylabel="Relapse within 5 years [%]")
    axes[1, 1].set(xlim=(0.0, RATES[-1]), ylim=(0.0, 100.0))
    for panel in axes.flat:
        panel.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    main(*command_line("surgery_metastases", "What do surgery and peri-operative therapy leave of metastases?", 1))
