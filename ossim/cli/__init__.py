"""The command line: what is typed, what is printed."""

from ossim.cli.app import main

__all__ = ["main"]
