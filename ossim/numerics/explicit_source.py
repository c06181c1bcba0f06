"""Write the Python source of a model's explicit kernel: slopes at a state, the loop over steps, and the observable.

The loop advances all lanes, step after step, and comes back only when the engine must look at one of them.
"""

from __future__ import annotations

from .declared_source import check_names, copied_functions
from .layout import N_UNITS, OBSERVABLE, SLOPE, STEP, WATCHED
from .stage_source import StageWriter
from .system import System, argument_names
from .tableaus import TSIT5, ExplicitTableau

BACK = 1e-6  # the slope of the observable at the end of a step is a difference over this part of it
PROPORTIONAL, INTEGRAL = 0.17, 0.04  # exponents of the step size controller for an error estimate of order 4

PREAMBLE = (
    "from ossim.numerics.control import any_fresh, commit, judge, keep_known_slopes, propose",
    "from ossim.numerics.elementary import exp, log, pow",
    "from ossim.numerics.inputs import start_inputs, start_slopes, write_inputs",
    "from ossim.numerics.kernel import entry, inlined",
    "from ossim.numerics.lanes import absolute, align_stack, load, maximum, minimum, sqrt, store, where_positive",
)


def _observable(writer: StageWriter) -> None:
    """The observable of the trial state, and its change over the step at the slope of the step's end."""
    system, layout = writer.system, writer.layout
    writer.emit(0, "", "", "@entry", "def kernel_observe(w, marks, limits):", f"    h = load(w, {STEP})")
    writer.emit(1, f"n_units = marks[{N_UNITS}]", "total = 0.0 * h", "earlier = 0.0 * h")
    if system.unit_observable is not None:
        writer.emit(1, "for unit in range(n_units):")
        last = layout.slope(writer.tableau.stages - 1)
        for index, name in enumerate(system.unit_states):
            trial, slope = (writer.state(block, index, True) for block in (layout.trial, last))
            writer.emit(2, f"{name} = load(w, {trial})", f"{name}_back = {name} - {BACK} * h * load(w, {slope})")
        function, local = system.unit_observable, set(system.unit_states)
        for target, suffix in (("total", ""), ("earlier", "_back")):
            names = argument_names(function)
            given = (n + suffix if n in local else writer.argument(n, 0, local) for n in names)
            writer.emit(2, f"{target} = {target} + {function.__name__}({', '.join(given)})")
    writer.emit(1, f"store(w, {OBSERVABLE}, total)", f"store(w, {SLOPE}, (total - earlier) / {BACK})", "return 0")


def kernel_source(system: System, tableau: ExplicitTableau = TSIT5) -> str:
    """Return the module text that defines ``kernel_advance`` and ``kernel_observe`` for one system."""
    check_names(system)
    writer = StageWriter(system, tableau)
    layout, last = writer.layout, tableau.stages - 1
    shared, width = len(system.states), len(system.unit_states)
    inputs = f"{layout.n_inputs}, {layout.inputs}, {layout.levels}, {layout.modes}"
    writer.emit(0, "@entry", "def kernel_rates(w, marks, limits):", f"    h = load(w, {STEP})")
    writer.emit(1, f"n_units = marks[{N_UNITS}]")
    writer.stage(0, layout.state, layout.scratch)
    writer.emit(1, "return 0")
    _observable(writer)
    writer.emit(0, "", "", "@entry", "def kernel_advance(w, marks, limits):")
    writer.emit(1, "align_stack()", f"n_units = marks[{N_UNITS}]", f"used = {shared} + n_units * {width}")
    committed = f"{layout.state}, {layout.trial}, {layout.modes}, {layout.slope(0)}, {layout.slope(last)}"
    writer.emit(1, f"commit(w, marks, used, {committed})", "if any_fresh(w):")
    writer.emit(2, f"start_inputs(w, marks, NODES, {inputs})", "kernel_rates(w, marks, limits)")
    writer.emit(2, f"keep_known_slopes(w, used, {layout.slope(0)}, {layout.scratch})")
    writer.emit(1, "while True:")
    body, writer.lines = writer.lines, []
    writer.emit(1, "propose(w, limits)", f"h = load(w, {STEP})")
    writer.emit(1, f"write_inputs(w, marks, NODES, {inputs})")
    for stage in range(1, tableau.stages):
        block = layout.trial if stage == last else layout.scratch
        writer.stage(stage, block, layout.slope(stage), tableau.a[stage], keep=stage == last)
    writer.norms(lambda index, in_unit: writer.combination(tableau.error, index, in_unit))
    writer.emit(1, f"if marks[{WATCHED}]:", "    kernel_observe(w, marks, limits)")
    control = f"{layout.trial}, {layout.modes}, {PROPORTIONAL}, {INTEGRAL}"
    writer.emit(1, f"look = judge(w, marks, limits, {control})", "if look != 0:", "    return look")
    writer.emit(1, f"commit(w, marks, used, {committed})")
    lines = (*body, *("    " + line for line in writer.lines))
    heading = (f'"""Kernel of {system.name}, written by ossim; do not edit."""', *PREAMBLE)
    return "\n".join((*heading, "", f"NODES = {tableau.nodes!r}", "", "\n\n".join(copied_functions(system)), *lines, ""))
