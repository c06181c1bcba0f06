"""Output on terminals that know few characters: rules, dashes and raised digits become their plain form."""

from __future__ import annotations

import codecs
from types import MappingProxyType
from typing import Any

PLAIN = MappingProxyType(
    {
        "\N{BOX DRAWINGS LIGHT HORIZONTAL}": "-",
        "\N{BOX DRAWINGS HEAVY HORIZONTAL}": "-",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{MINUS SIGN}": "-",
        "\N{MULTIPLICATION SIGN}": "x",
        "\N{MICRO SIGN}": "u",
        "\N{SUPERSCRIPT TWO}": "^2",
        "\N{SUPERSCRIPT THREE}": "^3",
        "\N{HORIZONTAL ELLIPSIS}": "...",
    }
)
_HANDLER = "ossim.plain"


def make_printable(*streams: Any) -> None:
    """Let text streams write in plain form what their encoding lacks, instead of failing."""
    codecs.register_error(_HANDLER, _plain)
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_HANDLER)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(PLAIN.get(character, "?") for character in missing), error.end
