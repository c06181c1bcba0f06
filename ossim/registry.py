"""A directory is a registry: list and read the files that lie in a folder of a package, or in a folder of the user's.

A folder named in the environment variable ``OSSIM_PATH`` (several are separated like those of ``PATH``) is laid out
like the package: ``models/name.py`` and ``data/models/name.yaml`` in it add a model, ``data/drugs/name.yaml`` a drug.
What the package has comes first: a user's file adds, and replaces nothing.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from pathlib import Path


@cache
def user_folders(folder: str = "") -> tuple[str, ...]:
    """Return the places called `folder` in the folders that ``OSSIM_PATH`` names."""
    roots = [Path(root) for root in os.environ.get("OSSIM_PATH", "").split(os.pathsep) if root]
    return tuple(str(root / folder) for root in roots if (root / folder).is_dir())


@cache
def names(package: str, folder: str = "", suffix: str = ".yaml", user_folder: str = "") -> tuple[str, ...]:
    """Return the sorted names, without `suffix`, of the files of `folder` in `package`.

    Names that begin with an underscore are private and left out; a missing folder holds nothing.
    """
    place = resources.files(package)
    place = place / folder if folder else place
    of_users = user_folder or "/".join([*package.split(".")[1:], *filter(None, [folder])])
    added = [Path(root) for root in user_folders(of_users)]
    places = [where for where in (place, *added) if where.is_dir()]
    found = {entry.name for where in places for entry in where.iterdir() if entry.is_file()}
    return tuple(sorted(name.removesuffix(suffix) for name in found if name.endswith(suffix) and name[0] != "_"))


def read_text(package: str, path: str) -> str:
    """Return the text of the file at `path`, relative to `package`.

    Raises
    ------
    FileNotFoundError
        The package holds no such file.
    """
    own = resources.files(package) / path
    added = (Path(root) / path for root in user_folders())
    place = own if own.is_file() else next((where for where in added if where.is_file()), own)
    return place.read_text(encoding="utf-8")
