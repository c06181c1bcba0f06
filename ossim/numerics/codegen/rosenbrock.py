"""Write the Python source of a model's stiff kernel: a Rosenbrock method with the exact Jacobian, on all lanes at once.

The method is solved in the slopes k_i = u_i / h of its stages, so that its dense output has the form of every other
method's; matrix and right-hand sides are those of `RosenbrockTableau`.
"""

from __future__ import annotations

from ossim.numerics.codegen.explicit import (
    block,
    input_arguments,
    module_text,
    observable_lines,
    step_line,
    units_line,
)
from ossim.numerics.codegen.functions import check_names
from ossim.numerics.codegen.jacobian import derivatives
from ossim.numerics.codegen.sparse_lu import entry, factor_lines, substitution_lines
from ossim.numerics.codegen.stage import StageWriter
from ossim.numerics.codegen.system import System
from ossim.numerics.codegen.tableaus import RODAS4, RosenbrockTableau


def stiff_source(system: System, tableau: RosenbrockTableau = RODAS4) -> str:
    """Return the module text that defines ``kernel_advance`` and ``kernel_observe`` for one system.

    Raises
    ------
    ValueError
        The system repeats a unit.
    """
    check_names(system)
    writer = StageWriter(system, tableau)
    layout, last, n = writer.layout, tableau.stages - 1, len(system.states)
    inputs = input_arguments(writer)
    begin, trial = block(writer, "STATE", layout.state), block(writer, "TRIAL", layout.trial)
    observable_lines(writer)
    writer.emit(0, "", "", "@entry", "def kernel_step(w, marks, limits):")
    writer.emit(1, "align_stack()", units_line(writer), "propose(w, limits)", step_line(writer))
    writer.emit(1, f"start_inputs(w, marks, NODES, {inputs})", f"write_inputs(w, marks, NODES, {inputs})")
    writer.emit(1, f"start_slopes(w, marks, N_INPUTS, {block(writer, 'INPUT_SLOPES', layout.input_slopes)}, MODES)")
    order, there = _matrix(writer)
    for stage in range(tableau.stages):
        source = layout.trial if stage else layout.state
        writer.stage(stage, source, layout.slope(stage), tableau.a[stage], keep=stage == last)
        for i in range(n):
            terms = [f"load(w, {writer.state(layout.slope(stage), i, False)})"]
            slopes = (writer.state(layout.slope(j), i, False) for j in range(len(tableau.coupling[stage])))
            terms += [f"{x!r} * load(w, {row})" for x, row in zip(tableau.coupling[stage], slopes, strict=True)]
            terms += [f"{tableau.d[stage]!r} * _t{i}"] if tableau.d[stage] else []
            writer.emit(1, f"_x{i} = {' + '.join(terms)}")
        writer.emit(1, *substitution_lines(order, there, "_x"))
        writer.emit(1, *(f"store(w, {writer.state(layout.slope(stage), i, False)}, _x{i})" for i in range(n)))
    for i in range(n):
        here = writer.state(layout.trial, i, False)
        writer.emit(1, f"store(w, {here}, load(w, {here}) + h * _x{i})")
    writer.norms(lambda index, in_unit: f"load(w, {writer.state(layout.slope(last), index, in_unit)})")
    writer.emit(1, f"return judge(w, marks, limits, {trial}, MODES, {1 / tableau.order})")
    commit = f"commit(w, marks, {n}, {begin}, {trial}, MODES, 0, 0)"
    writer.emit(0, "", "", "@entry", "def kernel_advance(w, marks, limits):")
    writer.emit(1, commit, "look = kernel_step(w, marks, limits)", "while look == 0:", f"    {commit}")
    writer.emit(2, "look = kernel_step(w, marks, limits)")
    writer.emit(1, "return look")
    return module_text(writer)


def _matrix(writer: StageWriter) -> tuple[tuple[int, ...], set[tuple[int, int]]]:
    """Write the matrix I/gamma - h J, its factors, and h times the time derivative of the rates."""
    system, layout, tableau = writer.system, writer.layout, writer.tableau
    n = len(system.states)

    def input_slope(channel: int) -> str:
        return writer.row("INPUT_SLOPE", system.inputs[channel], layout.input_slopes + channel)

    names = {name: f"load(w, {writer.state(layout.state, i, False)})" for i, name in enumerate(system.states)}
    names |= {name: writer.argument(name, 0, set()) for name in (*system.parameters, *system.inputs, "t")}
    found = derivatives(system, names)
    writer.emit(1, *found.lines)
    for (i, j), text in found.by_state.items():
        diagonal = f"{1.0 / tableau.gamma!r} " if i == j else ""
        writer.emit(1, f"{entry((i, j))} = {diagonal}- h * ({text})")
    for i in range(n):
        if (i, i) not in found.by_state:
            writer.emit(1, f"{entry((i, i))} = {1.0 / tableau.gamma!r} + 0.0 * h")
        terms = [f"({found.by_time[i]})"] if i in found.by_time else []
        slopes = [(j, text) for (row, j), text in found.by_input.items() if row == i]
        terms += [f"({text}) * load(w, {input_slope(j)})" for j, text in slopes]
        writer.emit(1, f"_t{i} = h * ({' + '.join(terms) or '0.0'})")
    lines, order, there = factor_lines(n, found.by_state)
    writer.emit(1, *lines)
    return order, there
