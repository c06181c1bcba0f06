"""One checkout's side of `compare_checkouts`: run as a script, with the checkout as folder and as first on the path.

It reads requests, one JSON list [name, arguments...] a line, and answers each with a line. Nothing here may need more
of `benchmarks` than old checkouts have.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import ossim
from benchmarks import forms, patient
from benchmarks.problems import YARDSTICKS


@dataclass(frozen=True)
class Work:
    """Something to time, and what it finds, as lists: `prepare` and `found` take a size and a tolerance."""

    prepare: Callable[[int, float], Any]
    solve: Callable[[Any], Any]
    found: Callable[..., dict[str, list]]


def _arm(name: str) -> Work:
    def found(size: int, *tolerances: float) -> dict[str, list]:
        outcome = patient.treat(patient.setting(name, size).at(*tolerances))[0]
        return {key: outcome[key].tolist() for key in ("tumor_volume", "line_at_visit")}

    return Work(lambda size, rtol: patient.setting(name, size).at(rtol), patient.treat, found)


def _form(yardstick, form) -> Work:
    def prepare(size: int, rtol: float):
        return forms.build(yardstick, form, yardstick.draw(size), rtol)

    def found(size: int, rtol: float) -> dict[str, list]:
        problem = prepare(size, rtol)
        forms.solve(yardstick, problem)
        if problem.runs.status.any():
            raise RuntimeError("runs failed")
        return {"volume": forms.output(yardstick, form, problem).tolist()}

    return Work(prepare, partial(forms.solve, yardstick), found)


def works() -> dict[str, Work]:
    """Everything this checkout can be timed on, by label."""
    listed = {f"{key}, {form.label}": _form(YARDSTICKS[key], form) for key in YARDSTICKS for form in forms.FORMS[key]}
    return listed | {name: _arm(name) for name in patient.ARMS}


def seconds(work: Work, size: int, rtol: float) -> float:
    """CPU time of one solution of an ensemble prepared before."""
    argument = work.prepare(size, rtol)
    gc.collect()
    start = time.process_time()
    work.solve(argument)
    return time.process_time() - start


def answer(listed: dict[str, Work], name: str, *arguments: Any) -> Any:
    """What a request asks for: the `labels`, the `seconds` of one of them, or what it has `found`.

    Raises
    ------
    RuntimeError
        The package in use is not that of the checkout.
    """
    if name == "labels":
        if not Path(ossim.__file__).is_relative_to(Path.cwd()):
            raise RuntimeError(f"the package in use is {ossim.__file__}")
        return [*listed]
    label, *rest = arguments
    return seconds(listed[label], *rest) if name == "seconds" else listed[label].found(*rest)


def serve() -> None:
    """Answer until the requests end; what others print goes to the error stream."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as replies:
        os.dup2(2, 1)
        listed = works()
        for line in sys.stdin:
            try:
                reply = {"answer": answer(listed, *json.loads(line))}
            except Exception as error:  # whatever is wrong with a checkout, the other side says it in one line
                reply = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    serve()
