"""Hahnfeldt 1999: do the mice of the paper come out of its model, arm by arm, and what do pulsed doses change?

Two arms and the control were fitted in the paper, two were predicted. Beside the digitized points: where treated tumors
come to rest, how a fast drug given in pulses differs from the same amount infused, and the least daily dose that
eradicates. Expectation: rest and volumes within the tolerances of the paper's text, data within a factor of 2 for the
fitted arms.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from common import command_line, plt, save
from scipy.optimize import brentq

import ossim
from ossim.catalog import model_parameters, observations
from ossim.plots.style import FAINT, INK, PALETTE

MODEL = "hahnfeldt1999"
FACTS = model_parameters(MODEL)
FITTED = ("control", "tnp470_30", "angiostatin_20", "endostatin_20")
#: drug, interval [day], what the paper calls it
SCHEDULES = (("endostatin", 1), ("angiostatin", 1), ("tnp470", 1), ("tnp470", 2))
TINY = 1e-6  # a tumor so small that its own inhibition of vessels does not count [mm^3]
SETTLED = 150.0  # by then drug levels and the ratio of volume to capacity repeat themselves [day]
RTOL = 1e-9


def arms() -> dict[str, xr.Dataset]:
    """Each arm of the paper, simulated as far as its data go."""
    found = {}
    for name, series in observations(MODEL).items():
        times = np.linspace(0.0, series.times[-1], 521)
        found[name] = ossim.simulate(MODEL, times, dict(series.initial), series.doses, rtol=RTOL)
    return found


def misfit(name: str) -> float:
    """Root mean square of the logarithm of model over data, where the data are above zero."""
    series = observations(MODEL)[name]
    seen = np.array(series.values) > 0
    times = np.array(series.times)[seen]
    ends = np.unique(np.append(times, series.times[-1]))
    ds = ossim.simulate(MODEL, ends, dict(series.initial), series.doses, rtol=RTOL)
    model = ds["tumor_volume"].sel(time=times).values
    return float(np.sqrt(np.mean(np.log(model / np.array(series.values)[seen]) ** 2)))


def untreated_capacity(volume: float) -> float:
    """Carrying capacity of an untreated tumor of the paper when it has grown to `volume`."""
    times = np.linspace(0.0, 20.0, 20_001)
    ds = ossim.simulate(MODEL, times, {"tumor_volume": 177.0}, rtol=RTOL)
    return float(np.interp(volume, ds["tumor_volume"].values, ds["carrying_capacity"].values))


def daily(drug: str, amount: float, interval: float = 1.0, until: float = 400.0) -> list[dict]:
    """Boluses of a drug, a dose of `amount` every `interval` days."""
    return [{"time": 0, "amt": amount, "cmt": drug, "ii": interval, "addl": int(until / interval)}]


def rest(drug: str, amount: float, interval: float, until: float) -> float:
    """Volume just before a dose at day `until` of treatment [mm^3]."""
    ds = ossim.simulate(MODEL, [until], doses=daily(drug, amount, interval, until), rtol=RTOL)
    return float(ds["tumor_volume"][0])


def infused(drug: str, rate: float, times, start: float, steady: int = 0) -> np.ndarray:
    """Volume under a continuous infusion [mm^3], whose level starts at zero or (1) where it stays."""
    days = int(np.ceil(times[-1]))
    rows = [{"time": 0, "amt": rate, "dur": 1, "ii": 1, "addl": days, "cmt": drug, "ss": steady}]
    return ossim.simulate(MODEL, times, {"tumor_volume": start}, rows, rtol=RTOL)["tumor_volume"].values


def growth_over_a_period(dose: float, drug: str, interval: float) -> float:
    """Change of ln V of a very small tumor from one dose to the next, once it repeats itself."""
    start = {"tumor_volume": TINY, "carrying_capacity": TINY}
    times = [SETTLED, SETTLED + interval]
    rows = daily(drug, dose, interval, times[-1])
    volume = ossim.simulate(MODEL, times, start, rows, rtol=RTOL, log_states=True)["tumor_volume"].values
    return float(np.log(volume[1] / volume[0]))


def eradication_doses() -> list[dict[str, object]]:
    """Least mean daily dose that eradicates, infused (closed form) and in pulses (sought)."""
    rows = []
    for drug, interval in SCHEDULES:
        effect, clearance = FACTS[f"{drug}_effect"].value, FACTS[f"{drug}_clearance_rate"].value
        infusion = FACTS["stimulation_rate"].value * clearance / effect
        edges = np.array([1.0, 40.0]) * infusion * interval  # pulses are never better than an infusion
        pulsed = brentq(growth_over_a_period, *edges, args=(drug, interval), rtol=1e-10) / interval
        quantity = f"eradicating dose, {drug} every {interval} d [mg/kg/d]"
        rows.append({"quantity": quantity, "paper": "", "reference": infusion, "computed": pulsed})
    return rows


def overshoot(start: float) -> tuple[float, float]:
    """Largest volume and its day under angiostatin 14 mg/kg daily, from a point on the untreated course."""
    initial = {"tumor_volume": start, "carrying_capacity": untreated_capacity(start)}
    times = np.arange(0.0, 60.0, 0.01)
    volume = ossim.simulate(MODEL, times, initial, daily("angiostatin", 14.0, until=60.0), rtol=RTOL)["tumor_volume"]
    return float(volume.max()), float(times[np.argmax(volume.values)])


def table() -> list[dict[str, object]]:
    """What the paper says, what is known in closed form or from an independent integration, and what comes out."""
    b, d = FACTS["stimulation_rate"].value, FACTS["inhibition_rate"].value
    at13 = ossim.simulate(MODEL, [13.0], {"tumor_volume": 170.0}, daily("tnp470", 30.0, 2.0), rtol=RTOL)
    untreated = ossim.simulate(MODEL, [2000.0], rtol=RTOL)["tumor_volume"]

    def row(quantity: str, paper: object, reference: float, computed: float) -> dict[str, object]:
        return {"quantity": quantity, "paper": paper, "reference": reference, "computed": computed}

    rows = [
        row("rest, untreated [mm^3]", 17400, (b / d) ** 1.5, float(untreated[0])),
        row("rest, TNP-470 30 qod [mm^3]", 12300, 12322.8, rest("tnp470", 30.0, 2.0, 400.0)),
        row("day 800, angiostatin 14 daily [mm^3]", 240, 236.6, rest("angiostatin", 14.0, 1.0, 800.0)),
        row("day 13, TNP-470 30 qod from 170 [mm^3]", 1840, 1833.38, float(at13["tumor_volume"][0])),
        row("day 13, TNP-470 15/d infused from 170 [mm^3]", 1300, 1272.9, infused("tnp470", 15.0, [13.0], 170.0)[0]),
        row("the same, level steady from day 0 [mm^3]", 1300, 1272.9, infused("tnp470", 15.0, [13.0], 170.0, 1)[0]),
        row("rest, TNP-470 15/d infused [mm^3]", "", 9512.45, infused("tnp470", 15.0, [400.0], 180.0)[0]),
    ]
    for start, largest, day in ((177, 300.4, 12), (240, 414.3, 9), (400, 660.1, 7)):
        found, when = overshoot(float(start))
        rows.append(row(f"largest volume, angiostatin 14 from {start} [mm^3]", "", largest, found))
        rows.append(row(f"its day, angiostatin 14 from {start}", "~10", day, when))
    return [*rows, *eradication_doses()]


def draw(runs: dict[str, xr.Dataset]):
    """Draw the arms with their data, pulses against infusion, and the overshoot under angiostatin."""
    figure, axes = plt.subplots(2, 4, figsize=(12.0, 5.6), layout="constrained")
    for ax, (name, ds) in zip(axes.flat, runs.items(), strict=False):
        series = observations(MODEL)[name]
        color = PALETTE[0] if name in FITTED else PALETTE[1]
        ax.plot(ds["time"], ds["tumor_volume"], color=color, linewidth=1.5)
        ax.plot(series.times, series.values, "o", color=INK, markerfacecolor="white", markersize=4.5, clip_on=False)
        ax.set_title(
            series.title.split(",")[0] + ("" if name in FITTED else "\n(predicted in the paper)"), fontsize=8.5
        )
    times = np.linspace(0.0, 13.0, 521)
    pulsed = ossim.simulate(MODEL, times, {"tumor_volume": 170.0}, daily("tnp470", 30.0, 2.0), rtol=RTOL)
    axes[1, 2].plot(times, pulsed["tumor_volume"], color=PALETTE[0], label="30 mg/kg every other day")
    axes[1, 2].plot(times, infused("tnp470", 15.0, times, 170.0), color=PALETTE[2], label="15 mg/kg/d infused")
    axes[1, 2].set_title("TNP-470: the same amount,\npulsed and infused", fontsize=8.5)
    times = np.linspace(0.0, 60.0, 601)
    for start, color in ((177.0, PALETTE[0]), (240.0, PALETTE[1]), (400.0, PALETTE[2])):
        initial = {"tumor_volume": start, "carrying_capacity": untreated_capacity(start)}
        ds = ossim.simulate(MODEL, times, initial, daily("angiostatin", 14.0, until=60.0), rtol=RTOL)
        axes[1, 3].plot(times, ds["tumor_volume"], color=color, label=f"from {start:g} mm³")
    axes[1, 3].set_title("Angiostatin 14 mg/kg daily:\noverrun, then rest", fontsize=8.5)
    for ax in axes[1, 2:]:
        ax.legend(fontsize=7, frameon=False)
    for ax in axes.flat:
        ax.set_ylim(bottom=0)
        ax.set_xlim(left=0)
        ax.spines[["top", "right"]].set_visible(False)
    figure.supxlabel("Time [day]", fontsize=9)
    figure.supylabel("Tumor volume [mm³]", fontsize=9)
    figure.text(
        0.995, 0.002, "Points: digitized from Hahnfeldt 1999. Lines: the model with the values of its Table 1.",
        ha="right", fontsize=6.5, color=FAINT,
    )  # fmt: skip
    return figure


def main(out=None) -> list[dict[str, object]]:
    """Print and return the table; with `out`, also draw the figure and keep the arms."""
    rows = table()
    for row in rows:
        values = f"reference {row['reference']:11.5g}  here {row['computed']:11.6g}"
        print(f"{row['quantity']:48s} paper {row['paper']!s:>6s}  {values}")
    for name in observations(MODEL):
        print(f"{name:32s} model over data: typical factor {np.exp(misfit(name)):.2f}")
    if out is not None:
        runs = arms()
        save(out, rows, draw(runs), runs)
    return rows


if __name__ == "__main__":
    main(command_line("validate_hahnfeldt", __doc__.splitlines()[0])[0])
