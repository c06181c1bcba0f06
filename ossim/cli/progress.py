"""A progress bar with the remaining time, on a terminal only and only for what takes longer than a second."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

PATIENCE = 1.0


class Bar:
    """Shows how far a command is; silent when standard error is no terminal."""

    def __init__(self, title: str):
        self._title = title
        self._console = Console(stderr=True)
        self._started = time.monotonic()
        self._bar: Progress | None = None

    def update(self, done: float, total: float) -> None:
        """Show `done` of `total` steps."""
        if not self._console.is_terminal or time.monotonic() - self._started < PATIENCE:
            return
        if self._bar is None:
            columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._bar.add_task(self._title, total=total)
            self._bar.start()
        title = self._title if done < total else f"{self._title}: endpoints and figures"
        self._bar.update(self._bar.task_ids[0], description=title, completed=done, total=total)

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
