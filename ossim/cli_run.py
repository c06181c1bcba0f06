"""What ``ossim run``, ``sweep`` and ``plot`` do: simulate, summarize, write one result folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

import ossim
from ossim import cli_report, plots, schema
from ossim.cli_preview import need_sweep
from ossim.errors import OutputExistsError
from ossim.plots import style
from ossim.simulation import provenance, store
from ossim.simulation.outcome import parse_outcome
from ossim.simulation.scenario import ModelRun, Scenario

Progress = Callable[[float, float], None]


def run(config: Scenario | ModelRun, folder: Path, progress: Progress, *, force: bool, figures: bool) -> int:
    """Simulate one config, write its result folder and print the endpoints; return the exit code."""
    store.check_free(folder, force=force)
    started = provenance.now()
    if isinstance(config, ModelRun):
        dataset, report = _simulate(config), None
        attributes = provenance.root_attributes(config, started=started, ended=provenance.now())
        dataset = dataset.assign_attrs({**attributes, **dataset.attrs})
    else:
        dataset = ossim.run(config, progress=progress)
        report = cli_report.of_trial(dataset, config.comparisons)
    drawn = _write(folder, config, dataset, report.rows if report else (), figures, force, report)
    if report:
        print(report.text)
    _say_where(folder, drawn)
    return 1 if _failed(dataset) else 0


def sweep(scenario: Any, folder: Path, progress: Progress, *, force: bool, figures: bool) -> int:
    """Run every point of a sweep, write its result folder and print the best and worst points."""
    need_sweep(scenario)
    store.check_free(folder, force=force)
    dataset = ossim.run_sweep(scenario, progress=progress)
    drawn = _write(folder, scenario, dataset, cli_report.sweep_rows(dataset), figures, force, None)
    print(cli_report.of_sweep(dataset))
    _say_where(folder, drawn)
    return 1 if _failed(dataset) else 0


def plot(result: Path, kinds: list[str], out: Path | None, *, force: bool) -> list[Path]:
    """Draw figures from a stored result and return their paths."""
    dataset = store.open_result(result)
    chosen = kinds or plots.applicable(dataset)
    for kind in chosen:
        plots.find(kind)
    folder = out or (result if result.is_dir() else result.parent) / store.FIGURES
    paths = [folder / f"{store.safe_name(kind)}.png" for kind in chosen]
    there = [str(path) for path in paths if path.exists()]
    if there and not force:
        raise OutputExistsError(f"{', '.join(there)} exists; give another --out, or --force to replace")
    folder.mkdir(parents=True, exist_ok=True)
    for kind, path in zip(chosen, paths, strict=True):
        _draw(kind, dataset, path)
    return paths


def _simulate(config: ModelRun) -> xr.Dataset:
    parameters = {name: list(v) if isinstance(v, tuple) else v for name, v in config.parameters.items()}
    return ossim.simulate(
        config.model,
        times=list(config.times),
        initial=dict(config.initial),
        parameters=parameters,
        doses=[dict(row) for row in config.doses],
        rtol=config.rtol,
        atol=config.atol,
    )


def _write(
    folder: Path,
    config: Any,
    dataset: xr.Dataset,
    rows: Sequence[Mapping[str, Any]],
    figures: bool,
    force: bool,
    report: Any,
) -> list[str]:
    """Fill the result folder and return the kinds of figure drawn."""
    with store.result_folder(folder, force=force) as work:
        store.write_dataset(dataset, work)
        store.write_config(config.resolved(), work)
        if rows:
            store.write_endpoints(rows, work)
        store.write_provenance(_plain(dataset.attrs), work)
        return _draw_all(config, dataset, work, report) if figures else []


def _draw_all(config: Any, dataset: xr.Dataset, work: Path, report: Any) -> list[str]:
    sources = {kind: dataset for kind in plots.applicable(dataset)}
    if report is not None and report.comparison is not None:
        sources |= {kind: report.comparison for kind in plots.applicable(report.comparison)}
    kinds = [kind for kind in config.figures if kind in sources] if config.figures else list(sources)
    for kind in kinds:
        _draw(kind, sources[kind], store.figure_path(kind, work), **_options(kind, config))
    return kinds


def _options(kind: str, config: Any) -> dict[str, str]:
    sweep = getattr(config, "sweep", None)
    if kind != "heatmap" or sweep is None:
        return {}
    if sweep.heatmap is None:
        return {"arm": config.arms[0].name}
    chosen = sweep.heatmap
    return {"x": chosen.x, "y": chosen.y, "variable": parse_outcome(chosen.outcome).variable, "arm": chosen.arm}


def _draw(kind: str, dataset: xr.Dataset, path: Path, **options: str) -> None:
    axes = plots.find(kind)(dataset, **options)
    figure = np.ravel(axes)[0].figure
    figure.savefig(path, bbox_inches="tight")
    style.plt.close(figure)


def _plain(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Turn NumPy scalars into Python ones, for JSON."""
    return {key: value.item() if isinstance(value, np.generic) else value for key, value in attributes.items()}


def _failed(dataset: xr.Dataset) -> bool:
    return "status" in dataset and bool((dataset["status"] != schema.Status.ok).any())


def _say_where(folder: Path, drawn: list[str]) -> None:
    print(f"written to {folder}/ ({len(drawn)} figures{': ' + ', '.join(drawn) if drawn else ''})")
