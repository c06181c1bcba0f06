"""What ``ossim init`` does: a commented config to start from, and the list of the configs that ship."""

from __future__ import annotations

from pathlib import Path

from ossim.errors import InputError, OutputExistsError, unknown
from ossim.report.text_table import table
from ossim.sections.text import read_text
from ossim.store.folder import write_text

PACKAGE = Path(__file__).parents[1]
NAME = "trial.yaml"
STARTER = """\
# A virtual trial to start from: change a line, then  ossim validate trial.yaml  and  ossim run trial.yaml
title: Sorafenib against no treatment in relapsed osteosarcoma
model: osteosarcoma_patient
seed: 1                                # same seed, same patients
cohort: {population: relapsed, size: 200}
arms:                                  # name -> treatment; 'ossim drugs' and 'ossim strategies' list what there is
  sorafenib: {regimen: sorafenib 400 mg b.i.d.}
  tki_mtor:
    strategy: sequence
    lines: [sorafenib 400 mg b.i.d., everolimus 10 mg q.d.]
    switch: progression                # or '12 weeks', or '12 weeks or progression'
  untreated: {regimen: none}
visits: {every: 8 weeks, until: 1 year, criteria: recist_1.1}   # or who, choi, mchoi
compare_with: {grignani2012_sorafenib: sorafenib}               # 'ossim trials' lists published ones
# A sweep is one section more, run by  ossim sweep trial.yaml
# sweep:
#   axes: {doubling_time: [30, 60, 90]}
#   outcomes: [ORR, median PFS, OS at 6 months]
"""


def shipped() -> dict[str, Path]:
    """Return the configs that ship, by their path without the ending."""
    folder = next(place for place in (PACKAGE / "configs", PACKAGE.parent / "configs") if place.is_dir())
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.rglob("*.yaml"))}


def init(folder: Path, copy: str | None, *, force: bool) -> str:
    """Write the starter config, or a copy of a shipped one, into a folder; return what to say.

    Raises
    ------
    OutputExistsError
        There is such a file, and `force` is off.
    InputError
        There is no such config, or the folder cannot be written.
    """
    if copy is not None and copy not in shipped():
        raise unknown("shipped config", copy, shipped())
    name = NAME if copy is None else shipped()[copy].name
    text = STARTER if copy is None else read_text(shipped()[copy])
    path = folder / name
    if path.exists() and not force:
        raise OutputExistsError(f"{path} exists; give another folder, or --force to replace it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    rows = [(key, _title(place)) for key, place in shipped().items()]
    listing = table(("shipped config", "title"), rows)
    return f"written to {path}; next: ossim run {path}\n\n{listing}\n\nossim init --copy NAME copies one of them"


def _title(path: Path) -> str:
    line = next((line for line in read_text(path).splitlines() if line.startswith("title:")), "title:")
    return line.removeprefix("title:").strip().strip("\"'")
