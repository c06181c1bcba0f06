"""Print the tables: ``python -m benchmarks [SECTION ...]``; see README.md."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

SECTIONS = ("yardsticks", "equal", "patient", "startup")
PEERS = ("cpp", "numbalsoda", "diffrax", "roadrunner", "sundae", "scipy")


def _one_core() -> None:
    """Keep other tools to one core, so that CPU time is work and not waiting, and quiet; before they are imported."""
    os.environ.setdefault("SUNLOGGER_WARNING_FILENAME", os.devnull)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen sections and print each table as soon as it is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what ossim costs.")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; default all")
    parser.add_argument("--repeats", type=int, default=7, help="turns that every case takes (default 7)")
    parser.add_argument("--size", type=int, default=1000, help="runs or patients of an ensemble (default 1000)")
    parser.add_argument("--peers", default=",".join(PEERS), help=f"other tools, of {','.join(PEERS)}, or 'none'")
    parser.add_argument("--rtol", type=float, default=1e-6, help="tolerance of the yardsticks (default 1e-6)")
    given = parser.parse_args(arguments)
    peers = () if given.peers == "none" else tuple(given.peers.split(","))
    if unknown := (set(given.sections) - set(SECTIONS)) | (set(peers) - set(PEERS)):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    if given.repeats < 1 or given.size < 1:
        parser.error("--repeats and --size must be at least 1")
    _one_core()
    from . import measure, patient, startup  # after the limits above
    from . import peers as compared

    print(measure.machine())
    for section in given.sections or SECTIONS:
        if section == "yardsticks":
            for key in ("B1", "B2", "patient"):
                print(compared.compare(key, peers, given.rtol, given.size, given.repeats), flush=True)
        elif section == "equal":
            fast = [name for name in peers if name in compared.FAST]
            for key in ("B1", "B2"):
                print(compared.equal_error(key, fast, size=max(given.size // 4, 1), repeats=given.repeats), flush=True)
        elif section == "patient":
            for text in patient.patient(given.size, given.repeats):
                print(text, flush=True)
        else:
            print(startup.startup(given.repeats), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
