"""What ``ossim run``, ``sweep`` and ``plot`` do: simulate, summarize, write one result folder, draw its figures."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

import ossim
from ossim import dataset as schema
from ossim import endpoints, plots
from ossim.cli.preview import need_sweep
from ossim.config import scenario
from ossim.config.outcome import parse_outcome
from ossim.config.scenario import ModelRun, Scenario
from ossim.endpoints.runs import admit
from ossim.errors import FailedRunsError, InputError, OutputExistsError
from ossim.report import assumptions as cli_assumptions
from ossim.report import endpoint_table as cli_report
from ossim.report import published as cli_published
from ossim.store import folder as store
from ossim.store.fields import FIELDS, open_fields

MOST_SAID = 120
Progress = Callable[[float, float], None]


class Drawn(NamedTuple):
    """Figures that were drawn, and of those that failed one line each."""

    paths: dict[str, Path]
    failures: list[str]


class Figure(NamedTuple):
    """What a figure is drawn from."""

    dataset: xr.Dataset
    options: Mapping[str, Any]


def run(
    config: Scenario | ModelRun, folder: Path, progress: Progress, *, force: bool, figures: bool, device: str = "cpu"
) -> int:
    """Simulate one config, write its result folder and print the endpoints; return the exit code."""
    attributes = _attributes(config, sweep=False)
    # The file is closed before its folder is renamed.
    with (
        store.result_folder(folder, force=force) as work,
        ossim.run(config, progress, to=work / store.DATASET, attributes=attributes, device=device) as dataset,
    ):
        report = cli_report.of_trial(dataset, config.compare_with) if isinstance(config, Scenario) else None
        drawn = _write(work, config, dataset, report.rows if report else (), figures)
        failed = _failed(dataset)
        failures = cli_report.of_runs(dataset) if isinstance(config, ModelRun) else ""
    if report:
        print(report.text)
    if failures:
        print(failures, file=sys.stderr)
    if "temporal_error" in dataset.attrs:
        print(cli_report.of_accuracy(dataset))
    print(cli_assumptions.closing(dataset.attrs))
    _say_where(folder, drawn)
    return 1 if drawn.failures or failed else 0


def sweep(config: Scenario, folder: Path, progress: Progress, *, force: bool, figures: bool) -> int:
    """Run every point of a sweep, write its result folder and print the best and worst points."""
    need_sweep(config)
    store.check_free(folder, force=force)
    dataset = ossim.run_sweep(config, progress=progress).assign_attrs(_attributes(config, sweep=True))
    with store.result_folder(folder, force=force) as work:
        store.write_dataset(dataset, work)
        drawn = _write(work, config, dataset, cli_report.sweep_rows(dataset), figures)
    print(cli_report.of_sweep(dataset))
    print(cli_assumptions.closing(dataset.attrs))
    _say_where(folder, drawn)
    return 1 if drawn.failures or _failed(dataset) else 0


def plot(result: Path, kinds: list[str], out: Path | None, *, force: bool) -> int:
    """Draw figures from a stored result and print their paths; a kind without variant stands for all it has."""
    dataset = store.open_result(result)
    for kind in kinds:
        plots.find(kind)
    found = _figures(_config_beside(result), dataset) | _field_figures(result)
    chosen = _chosen(found, kinds)
    # A figure that was asked for and does not apply says itself what it lacks.
    found |= {name: Figure(dataset, {}) for name in chosen if name not in found}
    folder = out or (result if result.is_dir() else result.parent) / store.FIGURES
    paths = {name: folder / _file(name) for name in chosen}
    try:
        there = [path.name for path in paths.values() if path.exists()]
        if there and not force:
            many = f"{len(there)} figures exist" if len(there) > 1 else f"{there[0]} exists"
            raise OutputExistsError(f"{many} in {folder}; give another --out, or --force to replace")
        folder.mkdir(parents=True, exist_ok=True)
        drawn = _draw_all({name: found[name] for name in chosen}, paths, raised=(InputError, OSError))
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {store.reason(error)}") from None
    for path in drawn.paths.values():
        print(path)
    _say_failures(drawn)
    return 1 if drawn.failures else 0


def _config_beside(result: Path) -> Any:
    """Return the config of a result folder; one of another version only costs the choices it made."""
    path = result / store.CONFIG
    if not path.is_file():
        return None
    try:
        return scenario.load(path)
    except InputError as error:
        print(f"drawn without the choices of the config: {str(error).splitlines()[0]}", file=sys.stderr)
        return None


def _attributes(config: Any, *, sweep: bool) -> dict[str, Any]:
    """Return as attributes the size of the cohort, and the parameters that matter and no trial identifies."""
    if not isinstance(config, Scenario):
        return {}
    added = {"assumptions": cli_assumptions.assumptions(config, sweep=sweep), "patients_per_arm": config.cohort.size}
    return {key: value for key, value in added.items() if value}


def _write(work: Path, config: Any, dataset: xr.Dataset, rows: Sequence[Mapping[str, Any]], figures: bool) -> Drawn:
    """Put beside the Dataset what else a result has, figures last: one that fails takes nothing else with it."""
    store.write_config(config.resolved(), work)
    if rows:
        store.write_endpoints(rows, work)
    store.write_provenance(_plain(dataset.attrs), work)
    if not figures:
        return Drawn({}, [])
    try:
        found = _figures(config, dataset) | _field_figures(work)
    except Exception as error:
        return Drawn({}, [f"figures failed: {_short(error)}"])
    chosen = {name: found[name] for name in _chosen(found, config.figures) if name in found}
    return _draw_all(chosen, {name: store.figure_path(Path(_file(name)).stem, work) for name in chosen})


def _figures(config: Any, dataset: xr.Dataset) -> dict[str, Figure]:
    """Return every figure that a result can show, without the patients whose run failed."""
    try:
        dataset = admit(dataset, "exclude") if "patient" in dataset.dims else dataset
    except FailedRunsError:
        return {}
    found = {name: Figure(dataset, _options(name, config, dataset)) for name in plots.applicable(dataset)}
    published = cli_published.published(config.compare_with) if isinstance(config, Scenario) else []
    if published and "patient" in dataset.dims:
        comparison = endpoints.compare(dataset, published)
        found |= {name: Figure(comparison, {}) for name in plots.applicable(comparison)}
    return found


def _field_figures(folder: Path) -> dict[str, Figure]:
    """Return the figures of the fields that a trial in space left beside its result."""
    path = folder / FIELDS
    if not path.is_dir():
        return {}
    fields = open_fields(path)
    return {name: Figure(fields, {}) for name in plots.applicable(fields)} if "arm" in fields.dims else {}


def _chosen(found: Mapping[str, Figure], wanted: Sequence[str]) -> list[str]:
    """Return the figures wanted, all by default; a kind stands for the variants that apply, or for itself."""
    if not wanted:
        return list(found)
    chosen = []
    for name in wanted:
        variants = [figure for figure in found if figure.partition(":")[0] == name]
        chosen += variants or [name]
    return list(dict.fromkeys(chosen))


def _options(name: str, config: Any, dataset: xr.Dataset) -> dict[str, Any]:
    """Return what a figure shows: variables, and the axes of a heat map, as the config says, else its first arm."""
    if name == "time_course" and isinstance(config, ModelRun) and config.show:
        return {"variables": list(config.show)}
    if name != "heatmap":
        return {}
    heatmap = config.sweep.heatmap if isinstance(config, Scenario) and config.sweep else None
    if heatmap is None:
        return {"arm": str(dataset["arm"].values[0])} if "arm" in dataset.coords else {}
    options = {"x": heatmap.x, "y": heatmap.y, "variable": parse_outcome(heatmap.outcome).variable, "arm": heatmap.arm}
    return options if heatmap.minus is None else options | {"minus": heatmap.minus}


def _draw_all(
    figures: Mapping[str, Figure], paths: Mapping[str, Path], raised: tuple[type[Exception], ...] = (OSError,)
) -> Drawn:
    """Draw each figure; what goes wrong in one, other than the errors `raised`, is noted and the next is drawn."""
    drawn = Drawn({}, [])
    for name, figure in figures.items():
        try:
            drawn.paths[name] = _draw(name, figure, paths[name])
        except raised:
            raise
        except Exception as error:
            drawn.failures.append(f"figure {name} failed: {_short(error)}")
            paths[name].unlink(missing_ok=True)
    return drawn


def _short(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:MOST_SAID]}" if text else type(error).__name__


def _draw(name: str, figure: Figure, path: Path) -> Path:
    axes = plots.find(name)(figure.dataset, **figure.options)
    return plots.save(axes, path, note=str(figure.dataset.attrs.get("assumptions", "")))


def _file(name: str) -> str:
    """Return the file name of a figure: ``kind.png`` or ``kind_variant.png``."""
    return f"{store.safe_name(name.replace(':', '_'))}.png"


def _plain(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Turn NumPy scalars into Python ones, for JSON."""
    return {key: value.item() if isinstance(value, np.generic) else value for key, value in attributes.items()}


def _failed(dataset: xr.Dataset) -> bool:
    if "failed_patients" in dataset:
        return bool((dataset["failed_patients"] > 0).any())
    return "status" in dataset and bool((dataset["status"] != schema.Status.ok).any())


def _say_where(folder: Path, drawn: Drawn) -> None:
    print(f"written to {folder}/" + (f"; figures: {', '.join(drawn.paths)}" if drawn.paths else ""))
    _say_failures(drawn)


def _say_failures(drawn: Drawn) -> None:
    for failure in drawn.failures:
        print(failure, file=sys.stderr)
