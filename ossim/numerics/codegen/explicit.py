"""Write the Python source of a model's explicit kernel: slopes at a state, the loop over steps, and the observable.

The loop advances all lanes, step after step, and comes back only when the engine must look at one of them.
"""

from __future__ import annotations

from ossim.numerics.codegen.functions import check_names, copied_functions
from ossim.numerics.codegen.layout import N_UNITS, WATCHED
from ossim.numerics.codegen.operations import cost
from ossim.numerics.codegen.stage import StageWriter
from ossim.numerics.codegen.system import System, argument_names
from ossim.numerics.codegen.tableaus import TSIT5, ExplicitTableau

BACK = 1e-6  # the slope of the observable at the end of a step is a difference over this part of it

_PREAMBLE = (
    "from ossim.numerics.ode.step_control import any_fresh, commit, judge, keep_known_slopes, propose",
    "from ossim.numerics.simd.elementary import exp, log, pow",
    "from ossim.numerics.codegen.drug_inputs import start_inputs, start_slopes, write_inputs",
    "from ossim.numerics.codegen.kernel import entry, inlined",
    "from ossim.numerics.simd.lanes import absolute, align_stack, load, maximum, minimum, sqrt, store, where_positive",
)


def observable_lines(writer: StageWriter) -> None:
    """The observable of the trial state, and its change over the step at the slope of the step's end."""
    system, layout = writer.system, writer.layout
    writer.emit(0, "", "", "@entry", "def kernel_observe(w, marks, limits):", f"    {step_line(writer)}")
    writer.emit(1, units_line(writer), "total = 0.0 * h", "earlier = 0.0 * h")
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
    observable, slope = writer.header("OBSERVABLE"), writer.header("SLOPE")
    writer.emit(1, f"store(w, {observable}, total)", f"store(w, {slope}, (total - earlier) / {BACK})", "return 0")


def step_line(writer: StageWriter) -> str:
    """The line that reads the length of the step."""
    return f"h = load(w, {writer.header('STEP')})"


def units_line(writer: StageWriter) -> str:
    """The line that reads how many units the lanes have."""
    return f"n_units = marks[{writer.constant('N_UNITS', N_UNITS)}]"


def input_arguments(writer: StageWriter) -> str:
    """What the functions that write inputs are told of the workspace."""
    layout = writer.layout
    rows = {"INPUTS": layout.inputs, "LEVELS": layout.levels, "MODES": layout.modes}
    return ", ".join([writer.constant("N_INPUTS", layout.n_inputs), *(writer.constant(*item) for item in rows.items())])


def block(writer: StageWriter, name: str, row: int) -> str:
    """First row of a block, as a name."""
    return writer.constant(f"FIRST_{name}", row)


def kernel_source(system: System, tableau: ExplicitTableau = TSIT5) -> str:
    """Return the module text that defines ``kernel_advance`` and ``kernel_observe`` for one system."""
    check_names(system)
    writer = StageWriter(system, tableau)
    layout, last = writer.layout, tableau.stages - 1
    shared, width = len(system.states), len(system.unit_states)
    inputs = input_arguments(writer)
    state, trial = block(writer, "STATE", layout.state), block(writer, "TRIAL", layout.trial)
    first, final = block(writer, "SLOPE0", layout.slope(0)), block(writer, f"SLOPE{last}", layout.slope(last))
    writer.emit(0, "@entry", "def kernel_rates(w, marks, limits):", f"    {step_line(writer)}")
    writer.emit(1, units_line(writer))
    writer.stage(0, layout.state, layout.trial)
    writer.emit(1, "return 0")
    observable_lines(writer)
    writer.emit(0, "", "", "@entry", "def kernel_step(w, marks, limits):")
    writer.emit(1, "align_stack()", units_line(writer), "propose(w, limits)", step_line(writer))
    writer.emit(1, f"write_inputs(w, marks, NODES, {inputs})")
    for stage in range(1, tableau.stages):
        writer.stage(stage, layout.trial, layout.slope(stage), tableau.a[stage], keep=stage == last)
    writer.norms(lambda index, in_unit: writer.combination(tableau.error, index, in_unit))
    writer.emit(1, f"if marks[{writer.constant('WATCHED', WATCHED)}]:", "    kernel_observe(w, marks, limits)")
    writer.emit(1, f"return judge(w, marks, limits, {trial}, MODES, {1 / tableau.order})")
    commit = f"commit(w, marks, used, {state}, {trial}, MODES, {first}, {final})"
    writer.emit(0, "", "", "@entry", "def kernel_advance(w, marks, limits):")
    writer.emit(1, f"used = {shared} + marks[N_UNITS] * {width}", commit, "if any_fresh(w):")
    writer.emit(2, f"start_inputs(w, marks, NODES, {inputs})", "kernel_rates(w, marks, limits)")
    writer.emit(2, f"keep_known_slopes(w, used, {first}, {trial})")
    # the step is a function of its own, or LLVM would copy all parameters to the stack whenever this one is entered
    writer.emit(1, "look = kernel_step(w, marks, limits)", "while look == 0:", f"    {commit}")
    writer.emit(2, "look = kernel_step(w, marks, limits)")
    writer.emit(1, "return look")
    return module_text(writer)


def module_text(writer: StageWriter) -> str:
    """Put the lines of a kernel into a module, behind what they call and what they cost."""
    system, body = writer.system, "\n".join(("\n\n".join(copied_functions(writer.system)), *writer.lines, ""))
    heading = (f'"""Kernel of {system.name}, written by ossim; do not edit."""', *_PREAMBLE)
    facts = (f"NODES = {writer.tableau.nodes!r}", f"COST = {cost(body, 'kernel_step')!r}")
    rows = (f"{name} = {value}" for name, value in sorted(writer.constants.items(), key=lambda item: item[1]))
    return "\n".join((*heading, "", *facts, *rows, "", body))
