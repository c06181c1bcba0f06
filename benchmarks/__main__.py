"""Print the tables: ``python -m benchmarks [SECTION ...]``; see README.md."""

from __future__ import annotations

import argparse
import functools
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

SECTIONS = (
    "yardsticks",
    "bars",
    "equal",
    "work_precision",
    "peak",
    "scaling",
    "stiffness",
    "patient",
    "startup",
    "compilation",
    "cold",
    "stream",
    "spatial_2d",
    "spatial_3d",
    "spatial_patient",
    "structured",
)
PEERS = ("cpp", "numbalsoda", "diffrax", "roadrunner", "sundae", "scipy")
SPATIAL_PEERS = ("explicit", "belod", "devito", "jax", "pypde")


def _one_core() -> None:
    """Keep other tools to one core, so that CPU time is work and not waiting, and quiet; before they are imported."""
    os.environ.setdefault("SUNLOGGER_WARNING_FILENAME", os.devnull)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")


def arguments_of(given: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    known = (*PEERS, *SPATIAL_PEERS)
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what ossim costs.")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; default all")
    parser.add_argument("--repeats", type=int, default=7, help="turns that every case takes (default 7)")
    parser.add_argument("--size", type=int, default=1000, help="runs or patients of an ensemble (default 1000)")
    parser.add_argument("--peers", default=",".join(known), help=f"other tools, of {','.join(known)}, or 'none'")
    parser.add_argument("--rtol", type=float, default=1e-6, help="tolerance of the yardsticks (default 1e-6)")
    parser.add_argument("--part", type=float, help="of the horizon of spatial_*, for every tool instead of its own")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks"), help="folder for pictures")
    found = parser.parse_args(given)
    chosen = () if found.peers == "none" else tuple(found.peers.split(","))
    if unknown := (set(found.sections) - set(SECTIONS)) | (set(chosen) - set(known)):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    found.peers = tuple(name for name in chosen if name in PEERS)
    found.spatial_peers = tuple(name for name in chosen if name in SPATIAL_PEERS)
    if found.part is not None and not 0.0 < found.part <= 1.0:
        parser.error("--part must be above 0 and at most 1")
    if found.repeats < 1 or found.size < 1:
        parser.error("--repeats and --size must be at least 1")
    return found


def tables(given: argparse.Namespace) -> Iterator[str]:
    """The text of each chosen section; what two sections need is measured once."""
    # after the limits above
    from . import (
        bars,
        cold,
        compilation,
        equal,
        measure,
        patient,
        peak,
        scaling,
        spatial,
        spatial_patient,
        startup,
        stiffness,
        stream,
        structured,
        yardsticks,
    )

    @functools.cache
    def measured(key: str) -> yardsticks.Measured:
        return yardsticks.measure(key, given.peers, given.rtol, given.size, given.repeats)

    @functools.cache
    def ladder(key: str) -> equal.Ladder:
        fast = [name for name in given.peers if name in equal.FAST]
        return equal.climb(key, fast, size=max(given.size // 4, 1), repeats=given.repeats)

    def work_precision() -> Iterator[str]:
        path = given.out / "work_precision.png"
        equal.draw([ladder("B1"), ladder("B2")], path)
        yield f"\nWork and precision: {path}"

    sections = {
        "yardsticks": lambda: (yardsticks.compare(measured(key)) for key in ("B1", "B2", "patient")),
        "bars": lambda: (bars.bars(measured(key), ladder(key)) for key in ("B1", "B2")),
        "equal": lambda: (equal.equal_error(ladder(key)) for key in ("B1", "B2")),
        "work_precision": work_precision,
        "peak": lambda: [peak.peak(given.size, given.repeats, given.rtol)],
        "scaling": lambda: [scaling.scaling(4 * given.size, given.repeats, given.rtol)],
        "stiffness": lambda: [stiffness.stiffness(max(given.size // 5, 8), min(given.repeats, 3))],
        "patient": lambda: patient.patient(given.size, given.repeats),
        "startup": lambda: [startup.startup(given.repeats)],
        "cold": lambda: [cold.cold(given.peers)],
        "stream": lambda: [stream.stream()],
        "spatial_2d": lambda: [spatial.spatial("2d", given.spatial_peers, given.repeats, given.part)],
        "spatial_3d": lambda: [spatial.spatial("3d", given.spatial_peers, min(given.repeats, 2), given.part)],
        "spatial_patient": spatial_patient.spatial_patient,
        "structured": lambda: [structured.structured(given.size, given.repeats)],
        "compilation": lambda: [compilation.compilation(min(given.repeats, 3))],
    }
    yield measure.machine()
    for name in given.sections or SECTIONS:
        yield from sections[name]()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen sections and print each table as soon as it is there."""
    given = arguments_of(arguments)
    _one_core()
    for text in tables(given):
        print(text, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
