"""What ``ossim run``, ``sweep`` and ``plot`` do: simulate, summarize, write one result folder, draw its figures."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

import ossim
from ossim import plots, registry, report
from ossim.cli.preview import need_sweep
from ossim.config import ModelRun, Scenario
from ossim.endpoints.outcome import parse_outcome
from ossim.endpoints.runs import admit
from ossim.errors import FailedRunsError, InputError, InterruptedReportError, OutputExistsError
from ossim.sections.text import parse, read_text
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
    """Simulate one config, keep the result, then print its endpoints and draw it; return the exit code."""
    attributes = _attributes(config, sweep=False)
    # The file is closed before its folder is renamed.
    with (
        store.result_folder(folder, force=force) as work,
        ossim.run(config, progress, to=work / store.DATASET, attributes=attributes, device=device) as dataset,
    ):
        _write(work, config, dataset)
    return _reported(folder, config, figures)


def sweep(config: Scenario, folder: Path, progress: Progress, *, force: bool, figures: bool) -> int:
    """Run every point of a sweep, keep the result, then print the best and worst points and draw it."""
    need_sweep(config)
    store.check_free(folder, force=force)
    dataset = ossim.run_sweep(config, progress=progress).assign_attrs(_attributes(config, sweep=True))
    with store.result_folder(folder, force=force) as work:
        store.write_dataset(dataset, work)
        _write(work, config, dataset)
    return _reported(folder, config, figures)


def _write(work: Path, config: Scenario | ModelRun, dataset: xr.Dataset) -> None:
    """Put beside the Dataset what makes it a whole result: its config and where it comes from."""
    store.write_config(config.resolved(), work)
    store.write_provenance(_plain(dataset.attrs), work)


def _reported(folder: Path, config: Scenario | ModelRun, figures: bool) -> int:
    """Print and draw a result that is safe on disk; what goes wrong takes nothing of it away."""
    failed: list[str] = []
    drawn = Drawn({}, [])
    try:
        with store.open_result(folder) as dataset:
            bad = report.any_failed(dataset)
            _attempt("endpoints", failed, lambda: _write_rows(dataset, folder))
            _attempt("summary", failed, lambda: print(report.summary(dataset)))
            if "patient" not in dataset.dims and bad and (line := report.failures(dataset)):
                print(line, file=sys.stderr)
            if figures:
                drawn = _draw_result(folder, config.resolved(), dataset)
    except KeyboardInterrupt:
        kept = f"interrupted: the result is kept in {folder}/; 'ossim plot {folder}' draws its figures"
        raise InterruptedReportError(kept) from None
    _say_where(folder, drawn._replace(failures=[*failed, *drawn.failures]))
    return 1 if failed or drawn.failures or bad else 0


def _attempt(what: str, failed: list[str], work: Callable[[], object]) -> None:
    """Do something with a result that is kept; note in one line what goes wrong."""
    try:
        work()
    except BrokenPipeError:
        raise
    except Exception as error:
        failed.append(f"{what} failed, the result is kept: {_short(error)}")


def _write_rows(dataset: xr.Dataset, folder: Path) -> None:
    if rows := report.endpoint_rows(dataset):
        store.write_endpoints(rows, folder)


def _draw_result(folder: Path, choices: Mapping[str, Any], dataset: xr.Dataset) -> Drawn:
    """Draw the figures that a config asks for, or all."""
    try:
        found = _figures(choices, dataset, choices.get("figures", ())) | _field_figures(folder)
        chosen = {name: found[name] for name in _chosen(found, choices.get("figures", ())) if name in found}
        paths = {name: store.figure_path(Path(_file(name)).stem, folder) for name in chosen}
        return _draw_all(chosen, paths, raised=())
    except Exception as error:
        return Drawn({}, [f"figures failed, the result is kept: {_short(error)}"])


def plot(result: Path, kinds: list[str], out: Path | None, *, force: bool) -> int:
    """Draw figures from a stored result and print their paths; a kind without variant stands for all it has."""
    dataset = store.open_result(result)
    for kind in kinds:
        plots.find(kind)
    found = _figures(_choices_beside(result), dataset, kinds) | _field_figures(result)
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


def _choices_beside(result: Path) -> dict[str, Any]:
    """Return the keys of the config in a result folder, read as text: to draw a result never runs code."""
    path = result / store.CONFIG
    if not path.is_file():
        return {}
    try:
        found = parse(read_text(path), str(path)).data
    except InputError as error:
        print(f"drawn without the choices of the config: {str(error).splitlines()[0]}", file=sys.stderr)
        return {}
    return found if isinstance(found, dict) else {}


def _attributes(config: Any, *, sweep: bool) -> dict[str, Any]:
    """Return as attributes the size of the cohort, and the parameters that matter and no trial identifies."""
    if not isinstance(config, Scenario):
        return {}
    added = {"assumptions": report.assumptions(config, sweep=sweep), "patients_per_arm": config.cohort.size}
    return {key: value for key, value in added.items() if value}


def _figures(choices: Mapping[str, Any], dataset: xr.Dataset, wanted: Sequence[str] = ()) -> dict[str, Figure]:
    """Return every figure that a result can show, without the patients whose run failed.

    Kinds of the user's are among them where they are `wanted`.
    """
    try:
        dataset = admit(dataset, "exclude") if "patient" in dataset.dims else dataset
    except FailedRunsError:
        return {}
    named = [kind for kind in wanted if kind in plots.names() and registry.of_user(registry.FIGURE, kind)]
    kinds = [*plots.applicable(dataset), *(name for kind in named for name in plots.applicable(dataset, kind))]
    found = {name: Figure(dataset, _options(name, choices, dataset)) for name in kinds}
    compared = report.comparison(dataset) if "patient" in dataset.dims else None
    if compared is not None:
        found |= {name: Figure(compared, {}) for name in plots.applicable(compared)}
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


def _options(name: str, choices: Mapping[str, Any], dataset: xr.Dataset) -> dict[str, Any]:
    """Return what a figure shows: variables, and the axes of a heat map, as the config says, else its first arm."""
    if name == "time_course" and choices.get("show"):
        return {"variables": list(choices["show"])}
    if name != "heatmap":
        return {}
    heatmap = (choices.get("sweep") or {}).get("heatmap")
    if heatmap is None:
        return {"arm": str(dataset["arm"].values[0])} if "arm" in dataset.coords else {}
    options = {key: value for key, value in heatmap.items() if key != "outcome"}
    return options | {"variable": parse_outcome(heatmap["outcome"]).variable}


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


def _say_where(folder: Path, drawn: Drawn) -> None:
    print(f"written to {folder}/" + (f"; figures: {', '.join(drawn.paths)}" if drawn.paths else ""))
    _say_failures(drawn)


def _say_failures(drawn: Drawn) -> None:
    for failure in drawn.failures:
        print(failure, file=sys.stderr)
