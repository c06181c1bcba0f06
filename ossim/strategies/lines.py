"""A line of treatment: the regimens given together, and the name that tells it from the other lines of its arm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ossim.dosing import Regimen, regimen_text

#: What is given together in one line of treatment; none is no drug.
Line = tuple[Regimen, ...]
NO_DRUG = "no drug"


def line_labels(lines: Sequence[Line], among: Iterable[Line] = ()) -> tuple[str, ...]:
    """Name each line of an arm by its drugs, so that no two lines of the arm have one name.

    Lines of the same drugs are told apart by dose, by the whole regimen where doses are the same too, and by their
    number where one treatment is given again: ``sorafenib``, ``everolimus``, ``sorafenib (line 3)``.

    Parameters
    ----------
    among : further lines that names tell from, those of the other arms
    """
    known = set(lines).union(among)
    labels: list[str] = []
    for number, line in enumerate(lines, start=1):
        name = _name(line, known - {line})
        labels.append(f"{name} (line {number})" if name in labels else name)
    return tuple(labels)


def _name(line: Line, others: set[Line]) -> str:
    """Return the shortest name of a line that none of the `others` shares."""
    if not line:
        return NO_DRUG
    names = [describe(line) for describe in _DESCRIPTIONS]
    free = (name for name, describe in zip(names, _DESCRIPTIONS, strict=True) if name not in map(describe, others))
    return next(free, names[-1])


def _joined(words: Callable[[Regimen], str]) -> Callable[[Line], str]:
    """Describe a line by the distinct words of its regimens."""
    return lambda line: " + ".join(dict.fromkeys(words(regimen) for regimen in line))


_DESCRIPTIONS = (
    _joined(lambda regimen: regimen.drug),
    _joined(lambda regimen: f"{regimen.drug} {regimen.dose:g} {regimen.unit}"),
    _joined(regimen_text),
)
