"""A table as text for terminals and files: columns side by side, no colors."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 150


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows of text under column titles, without colors."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in columns:
        grid.add_column(Text(title))
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    stream = io.StringIO()
    Console(file=stream, width=WIDTH, color_system=None).print(grid)
    return "\n".join(line.rstrip() for line in stream.getvalue().strip("\n").splitlines())
