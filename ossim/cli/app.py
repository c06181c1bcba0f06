"""The command line: run, sweep, plot, film, validate, and what the catalogue holds.

Nothing heavy is imported until a command needs it, so that ``ossim --help`` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from ossim import __version__
from ossim.errors import FailedRunsError, InputError, InterruptedReportError, OssimError

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
NOTHING_WRITTEN = "interrupted: nothing was written"
QUICK_SIZE, QUICK_TRAJECTORIES = 200, 5

app = typer.Typer(
    name="ossim",
    help="Simulate treatment of osteosarcoma. Research use only.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Config = Annotated[Path, typer.Argument(metavar="CONFIG", help="YAML file that says what to simulate")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="result folder; default results/<config name>")]
Device = Annotated[str, typer.Option("--device", help="cpu, or gpu: a CUDA device")]
Quick = Annotated[bool, typer.Option("--quick", help="few patients, for a first look")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help='change one value: arms.a.dose="200 mg"')
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would be done, and how large it is")]
Force = Annotated[bool, typer.Option("--force", help="replace an earlier result")]
NoFigures = Annotated[bool, typer.Option("--no-figures", help="skip the figures")]
Name = Annotated[str | None, typer.Argument(metavar="NAME", help="one entry in full; without it, all in a table")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 1 some runs failed, 2 bad input, 130 interrupted."""
    _load("cli.terminal").make_printable(sys.stdout, sys.stderr)
    try:
        code = app(list(arguments) if arguments is not None else None, standalone_mode=False)
    except InterruptedReportError as interrupt:
        return _complain(str(interrupt), INTERRUPTED)
    except FailedRunsError as error:
        return _complain(str(error), FAILED)
    except OssimError as error:
        return _complain(str(error), BAD_INPUT)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        # The reader of the output has gone; what is left to flush has nowhere to go.
        sys.stdout = None
        return FAILED
    except Exception as error:
        # typer carries its own copy of click or uses the installed one, so its usage errors are known by shape.
        if hasattr(error, "format_message") and hasattr(error, "exit_code"):
            return _complain(f"ossim: {_usage(error)}", BAD_INPUT)
        if not _from_interrupt(error):
            raise
        code = INTERRUPTED
    if code == INTERRUPTED:
        return _complain(NOTHING_WRITTEN, INTERRUPTED)
    return code if isinstance(code, int) else DONE


def _from_interrupt(error: BaseException | None) -> bool:
    """Whether an error arose from an interrupt: a compiler that is interrupted fails in its own words."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _usage(error: Any) -> str:
    return " ".join(str(error.format_message()).split()) or "try 'ossim --help'"


def _complain(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code


def _load(name: str) -> Any:
    """Import a module of the package when it is first needed."""
    return import_module(f"ossim.{name}")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"ossim {__version__}")
        raise typer.Exit(DONE)


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="version")] = False,
) -> None:
    pass


@app.command()
def run(
    config: Config,
    out: Out = None,
    quick: Quick = False,
    changes: Set = None,
    dry_run: DryRun = False,
    force: Force = False,
    no_figures: NoFigures = False,
    device: Device = "cpu",
) -> int:
    """Simulate one config: result, endpoints, figures."""
    scenario = _configured(config, changes, quick)
    if getattr(scenario, "sweep", None) is not None:
        print(f"{config}: the 'sweep' section is ignored by 'ossim run'; use 'ossim sweep'", file=sys.stderr)
    if dry_run:
        print(_load("cli.preview").preview(scenario))
        return DONE
    with _progress(scenario.name) as progress:
        options = {"force": force, "figures": not no_figures, "device": device}
        return _load("cli.commands").run(scenario, _folder(scenario, out), progress, **options)


@app.command()
def sweep(
    config: Config,
    out: Out = None,
    quick: Quick = False,
    changes: Set = None,
    dry_run: DryRun = False,
    force: Force = False,
    no_figures: NoFigures = False,
) -> int:
    """Run a config for every value of its sweep axes."""
    scenario = _configured(config, changes, quick)
    if dry_run:
        print(_load("cli.preview").preview_sweep(scenario))
        return DONE
    with _progress(scenario.name) as progress:
        options = {"force": force, "figures": not no_figures}
        return _load("cli.commands").sweep(scenario, _folder(scenario, out), progress, **options)


@app.command()
def plot(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="result folder or NetCDF file")],
    kind: Annotated[list[str] | None, typer.Option("--kind", metavar="K", help="figure kind; default all")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="folder for the figures")] = None,
    force: Force = False,
) -> int:
    """Draw figures from a stored result."""
    return _load("cli.commands").plot(result, kind or [], out, force=force)


@app.command()
def film(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="result folder of a model in a plane or a box")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help=".gif, or .mp4 with ffmpeg; default RESULT/figures/animation.gif"),
    ] = None,
    variables: Annotated[
        list[str] | None, typer.Option("--field", metavar="NAME", help="field to show, up to four; default the first")
    ] = None,
    arm: Annotated[str | None, typer.Option("--arm", metavar="NAME", help="arm to show; default the first")] = None,
    patient: Annotated[int | None, typer.Option("--patient", metavar="N", help="patient; default the first")] = None,
    fps: Annotated[float, typer.Option("--fps", metavar="N", help="frames per second, one frame per output time")] = 10,
    force: Force = False,
) -> int:
    """Make an animation of the fields of a stored result, as GIF or MP4."""
    with _progress("film") as progress:
        return _load("cli.film").film(result, out, variables or [], arm, patient, fps, progress, force=force)


@app.command()
def validate(
    configs: Annotated[list[Path] | None, typer.Argument(metavar="CONFIG...", help="YAML files to check")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="print the JSON Schema of a config")] = False,
) -> int:
    """Check configs: every fault one line, with file, line, key and the nearest valid name."""
    if schema:
        print(_load("cli.catalogue").schema_text())
        return DONE
    if not configs:
        raise InputError("ossim validate: give one or more config files, or --schema")
    faults: list[Any] = []
    for config in configs:
        try:
            scenario = _load("config.scenario").load(config)
            print(f"{config}: ok, {scenario.summary()}")
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(*faults)
    return DONE


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="where to; default here")] = Path(),
    copy: Annotated[str | None, typer.Option("--copy", metavar="NAME", help="a shipped config instead")] = None,
    force: Force = False,
) -> int:
    """Write a commented config to start from, and list the shipped ones."""
    print(_load("cli.starter").init(folder, copy, force=force))
    return DONE


@app.command()
def export(
    config: Config,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="file to write; default: print")] = None,
    changes: Set = None,
    force: Force = False,
) -> int:
    """Write the run of a published model as SBML."""
    text = _load("exchange.sbml").sbml(_configured(config, changes, quick=False))
    if out is None:
        print(text, end="")
    else:
        store = _load("store.folder")
        store.write_text(out if force else store.new_file(out), text)
        print(f"written to {out}")
    return DONE


@app.command()
def models(name: Name = None) -> int:
    """List the models, or describe one."""
    print(_load("cli.catalogue").models(name))
    return DONE


@app.command()
def drugs(name: Name = None) -> int:
    """List the drugs, or describe one."""
    print(_load("cli.catalogue").drugs(name))
    return DONE


@app.command()
def trials(name: Name = None) -> int:
    """List the published trials, or describe one."""
    print(_load("cli.catalogue").trials(name))
    return DONE


@app.command()
def strategies(name: Name = None) -> int:
    """List the strategies, or describe one with its options."""
    print(_load("cli.extensions").strategies(name))
    return DONE


@app.command()
def criteria(name: Name = None) -> int:
    """List the response criteria, or describe one with its options."""
    print(_load("cli.extensions").criteria(name))
    return DONE


@app.command()
def endpoints(name: Name = None) -> int:
    """List the endpoints, or describe one with its options."""
    print(_load("cli.extensions").endpoints(name))
    return DONE


@app.command()
def figures(name: Name = None) -> int:
    """List the kinds of figures, or describe one."""
    print(_load("cli.extensions").figures(name))
    return DONE


def _configured(config: Path, changes: list[str] | None, quick: bool) -> Any:
    scenario = _load("config.scenario").load(config)
    overrides = {}
    for change in changes or ():
        key, equals, text = change.partition("=")
        if not equals or not key.strip():
            raise InputError(f"--set: '{change}' must be KEY=VALUE, for example cohort.size=100")
        overrides[key.strip()] = _load("sections.text").parse_value(text.strip(), f"--set {key.strip()}")
    if overrides:
        scenario = scenario.with_overrides(overrides)
    if quick and hasattr(scenario, "cohort"):
        smaller = {
            "cohort.size": min(scenario.cohort.size, QUICK_SIZE),
            "output.trajectories": min(scenario.output.trajectories, QUICK_TRAJECTORIES),
        }
        scenario = scenario.with_overrides(smaller, origin="--quick")
    return scenario


def _folder(scenario: Any, out: Path | None) -> Path:
    return out or Path("results") / _load("store.folder").safe_name(scenario.name)


@contextmanager
def _progress(title: str) -> Iterator[Any]:
    """Give a callback ``(done, total)`` that draws a bar with the remaining time, once a second has passed."""
    bar = _load("cli.progress").Bar(title)
    try:
        yield bar.update
    finally:
        bar.close()
