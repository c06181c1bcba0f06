"""The one registry: what there is of every kind of extension, shipped, in folders of the user's, in installed packages.

A folder is the registry of a kind: each file in it is one model, drug, strategy, figure, and so on. Three places are
searched, and laid out alike:

* the package itself,
* the folders that the environment variable ``OSSIM_PATH`` names (separated like those of ``PATH``),
* installed packages that declare an entry point of the group ``ossim``: the folder of the package it names.

A name that two places use is refused when it is asked for. Python of the user's is run only then, and announced.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
import traceback
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from ossim.errors import Fault, InputError, unknown

PACKAGE = Path(__file__).parent
GROUP = "ossim"
LOG = logging.getLogger("ossim")


@dataclass(frozen=True)
class Kind:
    """A kind of extension: where its files lie in the package and in a user's folder, and what a Python file holds.

    `holds` is the name that a file of Python must define; empty for files of facts.
    """

    name: str
    shipped: str
    folder: str
    suffix: str = ".py"
    holds: str = ""


MODEL = Kind("model", "model/library", "models", holds="MODEL")
STRATEGY = Kind("strategy", "strategies/kinds", "strategies", holds="STRATEGY")
CRITERION = Kind("criterion", "criteria/kinds", "criteria", holds="CRITERION")
ENDPOINT = Kind("endpoint", "endpoints/kinds", "endpoints", holds="ENDPOINT")
FIGURE = Kind("kind of figure", "plots/kinds", "figures", holds="FIGURE")
DRUG = Kind("drug", "data/drugs", "data/drugs", ".yaml")
TRIAL = Kind("trial", "data/trials", "data/trials", ".yaml")
POPULATION = Kind("population", "data/populations", "data/populations", ".yaml")
MODEL_FACTS = Kind("facts of a model", "data/models", "data/models", ".yaml")
REFERENCES = Kind("file of references", "data/references", "data/references", ".yaml")

KINDS = (
    MODEL, STRATEGY, CRITERION, ENDPOINT, FIGURE, DRUG, TRIAL, POPULATION, MODEL_FACTS, REFERENCES,
)  # fmt: skip


def names(kind: Kind) -> tuple[str, ...]:
    """Return the sorted names of all extensions of a kind; names that begin with an underscore are private."""
    return tuple(sorted(_found(kind, _extra_roots())))


def path(kind: Kind, name: str) -> Path:
    """Return the file of the extension called `name`.

    Raises
    ------
    UnknownNameError
        There is none; the message holds the nearest name.
    InputError
        Two places hold one of this name.
    """
    found = _found(kind, _extra_roots())
    if name not in found:
        raise unknown(kind.name, name, found)
    if len(found[name]) > 1:
        listed = " and ".join(str(place) for place in found[name])
        raise InputError(f"{kind.name} '{name}' is there twice: {listed}; rename one of them")
    return found[name][0]


def known(kind: Kind, name: str) -> str:
    """Return the name of an extension that there is; see `path`."""
    path(kind, name)
    return name


def of_user(kind: Kind, name: str) -> bool:
    """Return whether the extension called `name` comes from outside the package."""
    return PACKAGE not in path(kind, name).parents


def load(kind: Kind, name: str) -> Any:
    """Return what the Python file of an extension holds: the object called `kind.holds`.

    Raises
    ------
    UnknownNameError
        There is no such extension.
    InputError
        Its file cannot be run, or does not define the object; one line with file and line.
    """
    place = path(kind, name)
    shipped = PACKAGE in place.parents
    module = import_module(_shipped(kind, name)) if shipped else _run(str(place), f"ossim_{kind.folder}_{name}")
    if not hasattr(module, kind.holds):
        raise InputError(Fault(str(place), 0, "", f"defines no {kind.holds}; a {kind.name} is a file that does"))
    return getattr(module, kind.holds)


def load_class(kind: Kind, name: str, base: type) -> Any:
    """Return what the file of an extension holds, where it must be a class derived from the contract of its kind.

    Raises
    ------
    UnknownNameError, InputError
        See `load`; or it is no such class.
    """
    found = load(kind, name)
    if not (isinstance(found, type) and issubclass(found, base)):
        wanted = f"{kind.holds} must be a class derived from {base.__module__}.{base.__name__}"
        raise InputError(Fault(str(path(kind, name)), 0, "", wanted))
    return found


def _shipped(kind: Kind, name: str) -> str:
    return ".".join(("ossim", *kind.shipped.split("/"), name))


@cache
def _run(place: str, name: str) -> ModuleType:
    """Run a Python file of the user's as a module, once, and say so."""
    LOG.warning("ossim: running %s", place)
    specification = importlib.util.spec_from_file_location(name, place)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    try:
        specification.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise InputError(Fault(place, _line(error, place), "", f"cannot be run: {_said(error)}")) from None
    return module


def _line(error: BaseException, place: str) -> int:
    """Line of a file at which an exception arose in it; 0 where that is not known."""
    if isinstance(error, SyntaxError) and error.filename == place:
        return error.lineno or 0
    lines = [frame.lineno or 0 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == place]
    return lines[-1] if lines else 0


def _said(error: BaseException) -> str:
    text = " ".join((error.msg if isinstance(error, SyntaxError) else str(error)).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@cache
def _found(kind: Kind, roots: tuple[str, ...]) -> dict[str, tuple[Path, ...]]:
    """Name -> its files, in the package and below `roots`."""
    folders = (PACKAGE / kind.shipped, *(Path(root) / kind.folder for root in roots))
    found: dict[str, tuple[Path, ...]] = {}
    for folder in folders:
        for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
            name = entry.name.removesuffix(kind.suffix)
            if entry.name != name and name[:1] not in ("_", ".") and entry.is_file():
                found[name] = (*found.get(name, ()), entry)
    return found


def _extra_roots() -> tuple[str, ...]:
    """Folders outside the package, the user's first."""
    named = (root for root in os.environ.get("OSSIM_PATH", "").split(os.pathsep) if root)
    return tuple(dict.fromkeys((*named, *_installed())))


@cache
def _installed() -> tuple[str, ...]:
    """Folders of the installed packages that extend this one."""
    found = []
    for point in entry_points(group=GROUP):
        specification = importlib.util.find_spec(point.value)
        found += list(specification.submodule_search_locations or ()) if specification else []
    return tuple(found)
