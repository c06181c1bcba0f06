"""A directory is a registry: list and read the files that lie in a folder of a package."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def names(package: str, folder: str = "", suffix: str = ".yaml") -> tuple[str, ...]:
    """Return the sorted names, without `suffix`, of the files of `folder` in `package`.

    Names that begin with an underscore are private and left out; a missing folder holds nothing.
    """
    place = resources.files(package)
    place = place / folder if folder else place
    if not place.is_dir():
        return ()
    found = (entry.name for entry in place.iterdir() if entry.is_file())
    return tuple(sorted(name.removesuffix(suffix) for name in found if name.endswith(suffix) and name[0] != "_"))


def read_text(package: str, path: str) -> str:
    """Return the text of the file at `path`, relative to `package`.

    Raises
    ------
    FileNotFoundError
        The package holds no such file.
    """
    return (resources.files(package) / path).read_text(encoding="utf-8")
