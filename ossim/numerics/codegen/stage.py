"""Write the lines of a kernel that evaluate a system at a stage: where names live, and what is called in what order."""

from __future__ import annotations

from collections.abc import Callable

from ossim.numerics.arrays import ATOL, RTOL
from ossim.numerics.codegen.layout import HEADER, layout_of
from ossim.numerics.codegen.system import System, argument_names, output_names
from ossim.numerics.codegen.tableaus import Tableau


class StageWriter:
    """Collects indented lines and knows where each name lives in the workspace.

    Rows and other numbers have names in the text; `constants` says what they stand for.
    """

    def __init__(self, system: System, tableau: Tableau):
        self.system, self.tableau, self.layout = system, tableau, layout_of(system, tableau)
        self.summary = output_names(system.unit_summary) if system.unit_summary else ()
        self.lines: list[str] = []
        self.constants: dict[str, int] = {}

    def emit(self, depth: int, *lines: str) -> None:
        self.lines.extend("    " * depth + line for line in lines)

    def constant(self, name: str, value: int) -> str:
        """Return `name`, which stands for a whole number in the text."""
        if self.constants.setdefault(name, value) != value:
            raise ValueError(f"model {self.system.name}: '{name}' would mean two rows of the workspace")
        return name

    def row(self, block: str, name: str, row: int, unit_width: int = 0) -> str:
        """Row of what `name` means in a block; with `unit_width`, of the unit held in the loop variable."""
        here = self.constant(f"{block}_{name}", row)
        return f"{here} + unit * {unit_width}" if unit_width else here

    def state(self, block: int, index: int, in_unit: bool) -> str:
        """Row of a state in a block of states: the state, the trial state, or the slopes of a stage."""
        title = {self.layout.state: "STATE", self.layout.trial: "TRIAL"}.get(block)
        title = title or f"SLOPE{(block - self.layout.slope(0)) // self.layout.n_states}"
        if not in_unit:
            return self.row(title, self.system.states[index], block + index)
        row = block + len(self.system.states) + index
        return self.row(title, self.system.unit_states[index], row, len(self.system.unit_states))

    def header(self, name: str) -> str:
        """Row of what every lane keeps, by its name in `layout`."""
        return self.constant(name, HEADER[name])

    def combination(self, weights: tuple[float, ...], index: int, in_unit: bool) -> str:
        """Weighted sum of the stage slopes of one state."""
        slopes = enumerate(weights)
        terms = (f"{x!r} * load(w, {self.state(self.layout.slope(j), index, in_unit)})" for j, x in slopes if x)
        return " + ".join(terms)

    def argument(self, name: str, stage: int, local: set[str]) -> str:
        """Expression for an argument of a rate function at a stage."""
        system, layout = self.system, self.layout
        if name in local:
            return name
        if name == "t":
            return f"load(w, {self.header('TIME')}) + {self.tableau.c[stage]!r} * load(w, {self.header('STEP')})"
        if name in system.inputs:
            node = self.tableau.nodes.index(self.tableau.c[stage])
            row = layout.inputs + system.inputs.index(name) * layout.n_nodes + node
            return f"load(w, {self.row(f'INPUT{node}', name, row)})"
        if name in system.parameters:
            return f"load(w, {self.row('PARAMETER', name, layout.parameters + system.parameters.index(name))})"
        if name in system.unit_parameters:
            row = layout.parameters + len(system.parameters) + system.unit_parameters.index(name)
            return f"load(w, {self.row('PARAMETER', name, row, len(system.unit_parameters))})"
        if name in self.summary:
            return f"load(w, {self.summary_row(name)})"
        raise ValueError(f"model {system.name}: no state, parameter or input called '{name}'")

    def summary_row(self, name: str) -> str:
        """Row of a summary of the unit held in the loop variable."""
        return self.row("SUMMARY", name, self.layout.summary + self.summary.index(name), len(self.summary))

    def call(self, depth: int, function: Callable, stage: int, local: set[str]) -> tuple[str, ...]:
        """Call a declared function with what its arguments mean at a stage; return the names it gives."""
        outputs = output_names(function)
        arguments = ", ".join(self.argument(name, stage, local) for name in argument_names(function))
        self.emit(depth, f"{', '.join(outputs)} = {function.__name__}({arguments})")
        return outputs

    def stage(
        self, stage: int, source: int, target: int, increment: tuple[float, ...] = (), keep: bool = False
    ) -> None:
        """Evaluate the slopes of a stage into block `target`.

        With `increment` the state of the stage is the state plus the step times that combination of slopes; it goes
        to block `source` where a later line reads it again. Without, it is read from there.
        """
        system, layout = self.system, self.layout

        def read(depth: int, names: tuple[str, ...], in_unit: bool) -> None:
            for index, name in enumerate(names):
                here = self.state(source, index, in_unit)
                if increment:
                    start = self.state(layout.state, index, in_unit)
                    combination = self.combination(increment, index, in_unit)
                    self.emit(depth, f"{name} = load(w, {start}) + h * ({combination})")
                    if keep or in_unit:
                        self.emit(depth, f"store(w, {here}, {name})")
                else:
                    self.emit(depth, f"{name} = load(w, {here})")

        def write(depth: int, names: tuple[str, ...], in_unit: bool) -> None:
            for index, name in enumerate(names):
                infusion = "" if in_unit else f" + load(w, {self.row('INFUSION', name, layout.infusion + index)})"
                self.emit(depth, f"store(w, {self.state(target, index, in_unit)}, d{name}{infusion})")

        totals = tuple(f"{name}_total" for name in system.totals)
        if system.unit_states:
            self.emit(1, *(f"{name} = 0.0 * h" for name in totals), "for unit in range(n_units):")
            read(2, system.unit_states, True)
            summary = self.call(2, system.unit_summary, stage, set(system.unit_states))
            self.emit(2, *(f"{name} = {name} + {part}" for name, part in zip(totals, system.totals, strict=True)))
            self.emit(2, *(f"store(w, {self.summary_row(name)}, {name})" for name in summary))
        read(1, system.states, False)
        outputs = self.call(1, system.rates, stage, set(system.states) | set(totals))
        write(1, system.states, False)
        if system.unit_states:
            self.emit(1, "for unit in range(n_units):")
            for index, name in enumerate(system.unit_states):
                self.emit(2, f"{name} = load(w, {self.state(source, index, True)})")
            extra = {name for name in outputs if name.removeprefix("d") not in system.states}
            self.call(2, system.unit_rates, stage, {*system.unit_states, *system.states, *totals, *extra})
            write(2, system.unit_states, True)

    def norms(self, estimate: Callable[[int, bool], str]) -> None:
        """Largest scaled error estimate (not finite if any estimate is not) and smallest trial state.

        Ratios are compared by products: one division a step instead of one a state.
        """

        def compare(depth: int, count: int, in_unit: bool) -> None:
            for index in range(count):
                trial, state = (self.state(b, index, in_unit) for b in (self.layout.trial, self.layout.state))
                self.emit(
                    depth,
                    f"_part = absolute({estimate(index, in_unit)})",
                    f"_size = maximum(absolute(load(w, {state})), absolute(load(w, {trial})))",
                    f"_allowed = limits[{self.constant('ATOL', ATOL)}] + limits[{self.constant('RTOL', RTOL)}] * _size",
                    "_larger = _part * _most - _error * _allowed",
                    "_error = where_positive(_larger, _part, _error)",
                    "_most = where_positive(_larger, _allowed, _most)",
                    "_finite = _finite + 0.0 * (_part + _allowed)",
                    f"_lowest = minimum(load(w, {trial}), _lowest)",
                )

        self.emit(1, "_error = 0.0 * h", "_most = 1.0 + _error", "_finite = 0.0 * h", "_lowest = 0.0 * h")
        compare(1, len(self.system.states), False)
        if self.system.unit_states:
            self.emit(1, "for unit in range(n_units):")
            compare(2, len(self.system.unit_states), True)
        error, lowest = self.header("ERROR"), self.header("LOWEST")
        self.emit(1, f"store(w, {error}, absolute(h) * _error / _most + _finite)", f"store(w, {lowest}, _lowest)")
