"""What every experiment does: read its config at the size asked for, compare with trials, leave table and figure."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

import ossim
from ossim import catalog
from ossim.catalog.reading import load
from ossim.store.fields import FIELDS, open_fields
from ossim.store.folder import write_dataset

CONFIGS = Path(__file__).parents[1] / "configs" / "experiments"


def scenario(name: str, size: int | None = None, folder: str = "experiments", **changes: object):
    """Return the Scenario of ``configs/<folder>/<name>.yaml``, with another cohort size or other changes."""
    if size is not None:
        changes = {"cohort.size": size, **changes}
    found = ossim.load(CONFIGS.parent / folder / f"{name}.yaml")
    return found.with_overrides(changes, origin=name) if changes else found


def run_kept(config, folder: Path) -> tuple[xr.Dataset, xr.Dataset]:
    """Run a trial in space into a folder; return the result and the fields that were kept."""
    folder.mkdir(parents=True, exist_ok=True)
    return ossim.run(config, to=folder / "result.nc"), open_fields(folder / FIELDS)


def reference_values() -> dict[str, Mapping[str, float]]:
    """Return what the model gave when it was calibrated, target name -> value and number of patients."""
    return {item["name"]: item for item in load("targets", "model_column")["values"]}


def standard_score(simulated: float, n: int, reference: Mapping[str, float]) -> float:
    """Return the difference of two simulated shares in standard errors, both of them sampled."""
    p = reference["value"]
    return (simulated - p) / np.sqrt(p * (1 - p) * (1 / n + 1 / reference["n"]))


def compare(kind: str, runs: Mapping[str, xr.Dataset]) -> xr.Dataset:
    """Compare simulated arms with the targets of `kind`.

    Parameters
    ----------
    kind : "calibration" or "heldout"
    runs : config name -> its Dataset; `compare_with` of the config says which arm imitates which trial

    Returns
    -------
    Dataset of `ossim.endpoints.compare` over all targets in catalogue order, with `target`, `reference` and `z`
    """
    targets = {target.name: target for target in catalog.targets(kind)}
    reference, parts = reference_values(), []
    for name, dataset in runs.items():
        arms = {item.trial: item.arm for item in scenario(name).compare_with}
        mine = [target for target in targets.values() if target.trial in arms]
        part = ossim.endpoints.compare(dataset, [_outcome(target, arms[target.trial]) for target in mine])
        names = [target.name for target in mine]
        scores = [
            standard_score(float(value), dataset.sizes["patient"], reference[target])
            for target, value in zip(names, part["simulated"].values, strict=True)
        ]
        part["target"] = ("outcome", names)
        part["reference"] = ("outcome", [reference[target]["value"] for target in names])
        part["z"] = ("outcome", scores)
        parts.append(part)
    table = xr.concat(parts, dim="outcome", combine_attrs="override")
    order = [list(targets).index(target) for target in table["target"].values]
    return table.isel(outcome=np.argsort(order))


def _outcome(target: catalog.Target, arm: str) -> dict[str, object]:
    time = target.time if target.time is not None else target.response_window
    label = f"{target.name}: {arm.replace('_', ' + ')}, {time:.0f} d"
    endpoint = target.endpoint.replace("_rate", "")
    return {"arm": arm, "endpoint": endpoint, "label": label, "time": time, "k": target.k, "n": target.n}


def print_comparison(table: xr.Dataset) -> None:
    """Print observed rate and exact interval, simulated rate, verdict, and the distance to the calibration run."""
    print(f"{'target':18s} observed  exact 95 % CI  model   inside  at calibration      z")
    for row in ossim.endpoints.rows(table):
        verdict = "yes" if row["inside"] else "MISS"
        interval = f"{row['ci_low']:.2f}-{row['ci_high']:.2f}"
        print(
            f"{row['target']:18s} {row['published']:8.3f}  {interval:>13s}  {row['simulated']:.3f}   {verdict:6s}"
            f"  {row['reference']:14.3f}  {row['z']:+5.1f}"
        )
    inside = int((table["inside"] == 1).sum())
    misfit = float(table["misfit"].sum())
    print(f"{inside} of {table.sizes['outcome']} inside; misfit {misfit:.1f} log-likelihood units")


def value(quantity: str, unit: str, reference: float | None, computed: float, source: str) -> dict[str, object]:
    """Return one row of a table of reference values: what the `source` says, None where it says nothing, and ours."""
    return {"quantity": quantity, "unit": unit, "reference": reference, "computed": float(computed), "source": source}


def print_values(rows: Iterable[Mapping[str, object]]) -> None:
    """Print rows of `value` with their relative difference, days with their difference."""
    print(f"{'quantity':63s} {'unit':8s} {'reference':>10s} {'computed':>10s} {'differs':>9s}  source")
    for row in rows:
        expected, found = row["reference"], row["computed"]
        shown = differs = ""
        if expected is not None:
            shown = f"{expected:.6g}"
            differs = f"{found - expected:+g} d" if row["unit"] == "day" else f"{found / expected - 1.0:+.2%}"
        print(f"{row['quantity']:63s} {row['unit']:8s} {shown:>10s} {found:10.6g} {differs:>9s}  {row['source']}")


def save(out: Path, rows: Iterable[Mapping[str, object]], figure, datasets: Mapping[str, xr.Dataset]) -> None:
    """Write ``table.csv``, ``figure.png`` and one ``<name>/result.nc`` per Dataset into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    rows = list(rows)
    with (out / "table.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    figure.savefig(out / "figure.png", bbox_inches="tight", dpi=150)
    plt.close(figure)
    for name, dataset in datasets.items():
        (out / name).mkdir(exist_ok=True)
        write_dataset(dataset, out / name)


def command_line(name: str, question: str, size: int = 2000) -> tuple[Path, int]:
    """Read ``--out`` and ``--size`` of an experiment."""
    parser = argparse.ArgumentParser(prog=f"{name}.py", description=question)
    parser.add_argument("--out", type=Path, default=Path("results/experiments") / name, help="folder to fill")
    parser.add_argument("--size", type=int, default=size, help="virtual patients per arm")
    chosen = parser.parse_args()
    return chosen.out, chosen.size
