"""Write the Python source of a model's lane kernel: rates, one embedded Runge-Kutta step, and the observable.

The text is self-contained but for the lane arithmetic: every function that the rates call is copied into it, so a
digest of the text changes whenever any rate law does. Workspace rows (eight doubles each) are fixed by `Layout`.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass

from .system import System, argument_names, output_names
from .tableaus import TSIT5, ExplicitTableau

ELEMENTARY = ("exp", "log", "pow", "sqrt", "absolute", "minimum", "maximum", "where_positive")
HEADER_ROWS = 10
TIME, STEP, ERROR, LOWEST, OBSERVABLE, SLOPE, START_SLOPE, FACTOR, PREVIOUS, ACCEPT = range(HEADER_ROWS)
BACK = 1e-6  # the slope of the observable at the end of a step is a difference over this part of it
STAGES = TSIT5.stages
_LOCAL = {"h", "w", "unit", "total", "earlier", "part", "error", "lowest"}  # variables of the written functions
RESERVED = {"t", "n_units", "rtol", "atol", "load", "store", *_LOCAL, *ELEMENTARY}
INPUT_NODES = 6  # distinct stage times of the tableau, the start of the step included


@dataclass(frozen=True)
class Layout:
    """Row numbers of the blocks of the workspace: state, trial state, stage slopes, inputs, parameters, ..."""

    n_states: int
    n_inputs: int
    n_parameters: int
    n_auxiliary: int

    @property
    def state(self) -> int:
        return HEADER_ROWS

    @property
    def trial(self) -> int:
        return self.state + self.n_states

    @property
    def scratch(self) -> int:
        return self.trial + self.n_states

    def slope(self, stage: int) -> int:
        return self.scratch + self.n_states * (1 + stage)

    @property
    def inputs(self) -> int:
        return self.slope(STAGES)

    @property
    def parameters(self) -> int:
        return self.inputs + self.n_inputs * INPUT_NODES

    @property
    def infusion(self) -> int:
        return self.parameters + self.n_parameters

    @property
    def auxiliary(self) -> int:
        return self.infusion + self.n_states

    @property
    def rows(self) -> int:
        return self.auxiliary + self.n_auxiliary


def layout_of(system: System) -> Layout:
    """Lay out the workspace of a system."""
    summary = output_names(system.unit_summary) if system.unit_summary else ()
    return Layout(system.n_states, len(system.inputs), system.n_parameters, system.max_units * len(summary))


class _Writer:
    """Collects indented lines and knows where each name lives in the workspace."""

    def __init__(self, system: System, tableau: ExplicitTableau):
        self.system, self.tableau, self.layout = system, tableau, layout_of(system)
        self.summary = output_names(system.unit_summary) if system.unit_summary else ()
        self.lines: list[str] = []

    def emit(self, depth: int, *lines: str) -> None:
        self.lines.extend("    " * depth + line for line in lines)

    def address(self, block: int, index: int, unit_width: int = 0, shared: int = 0) -> str:
        """Offset of row `index` of a block; with `unit_width`, of the unit held in the loop variable."""
        if unit_width:
            return f"({block + shared + index} + unit * {unit_width}) * 8"
        return f"{(block + index) * 8}"

    def state(self, block: int, index: int, in_unit: bool) -> str:
        width, shared = len(self.system.unit_states), len(self.system.states)
        return self.address(block, index, width, shared) if in_unit else self.address(block, index)

    def combination(self, weights: tuple[float, ...], index: int, in_unit: bool) -> str:
        slopes = enumerate(weights)
        address = (f"{w!r} * load(w, {self.state(self.layout.slope(j), index, in_unit)})" for j, w in slopes if w)
        return " + ".join(address)

    def argument(self, name: str, node: int, local: set[str]) -> str:
        """Expression for an argument of a rate function at a stage node."""
        system, layout = self.system, self.layout
        if name in local:
            return name
        if name == "t":
            return f"load(w, {TIME * 8}) + {self.node_time(node)!r} * h"
        if name in system.inputs:
            return f"load(w, {(layout.inputs + system.inputs.index(name) * INPUT_NODES + node) * 8})"
        if name in system.parameters:
            return f"load(w, {(layout.parameters + system.parameters.index(name)) * 8})"
        if name in system.unit_parameters:
            index, width = system.unit_parameters.index(name), len(system.unit_parameters)
            return f"load(w, {self.address(layout.parameters, index, width, len(system.parameters))})"
        if name in self.summary:
            return f"load(w, {self.address(layout.auxiliary, self.summary.index(name), len(self.summary))})"
        raise ValueError(f"model {system.name}: no state, parameter or input called '{name}'")

    def node_time(self, node: int) -> float:
        return self.tableau.c[node]

    def call(self, depth: int, function, node: int, local: set[str]) -> tuple[str, ...]:
        outputs = output_names(function)
        arguments = ", ".join(self.argument(name, node, local) for name in argument_names(function))
        self.emit(depth, f"{', '.join(outputs)} = {function.__name__}({arguments})")
        return outputs

    def stage(self, stage: int, source: int, increment: tuple[float, ...]) -> None:
        """Evaluate the slopes of `stage`; with `increment`, first form the stage state in block `source`."""
        system, layout = self.system, self.layout
        node = min(stage, INPUT_NODES - 1)
        slope = layout.slope(stage)

        def read(depth: int, names: tuple[str, ...], in_unit: bool) -> None:
            for index, name in enumerate(names):
                here = self.state(source, index, in_unit)
                if increment:
                    start = self.state(layout.state, index, in_unit)
                    combination = self.combination(increment, index, in_unit)
                    self.emit(depth, f"{name} = load(w, {start}) + h * ({combination})", f"store(w, {here}, {name})")
                else:
                    self.emit(depth, f"{name} = load(w, {here})")

        def write(depth: int, names: tuple[str, ...], in_unit: bool) -> None:
            for index, name in enumerate(names):
                infusion = "" if in_unit else f" + load(w, {self.state(layout.infusion, index, False)})"
                self.emit(depth, f"store(w, {self.state(slope, index, in_unit)}, d{name}{infusion})")

        totals = tuple(f"{name}_total" for name in system.totals)
        if system.unit_states:
            self.emit(1, *(f"{name} = 0.0 * h" for name in totals), "for unit in range(n_units):")
            read(2, system.unit_states, True)
            summary = self.call(2, system.unit_summary, node, set(system.unit_states))
            self.emit(2, *(f"{name} = {name} + {part}" for name, part in zip(totals, system.totals, strict=True)))
            for index, name in enumerate(summary):
                self.emit(2, f"store(w, {self.address(layout.auxiliary, index, len(summary))}, {name})")
        read(1, system.states, False)
        outputs = self.call(1, system.rates, node, set(system.states) | set(totals))
        write(1, system.states, False)
        if system.unit_states:
            self.emit(1, "for unit in range(n_units):")
            self.emit(
                2,
                *(
                    f"{name} = load(w, {self.state(source, index, True)})"
                    for index, name in enumerate(system.unit_states)
                ),
            )
            extra = {name for name in outputs if name.removeprefix("d") not in system.states}
            self.call(2, system.unit_rates, node, set(system.unit_states) | set(system.states) | set(totals) | extra)
            write(2, system.unit_states, True)

    def norms(self) -> None:
        """Largest scaled error estimate (not finite if any trial state is not) and smallest trial state."""
        layout = self.layout

        def compare(depth: int, count: int, in_unit: bool) -> None:
            for index in range(count):
                trial, state = (self.state(block, index, in_unit) for block in (layout.trial, layout.state))
                estimate = self.combination(self.tableau.error, index, in_unit)
                scale = f"maximum(absolute(load(w, {state})), absolute(load(w, {trial})))"
                self.emit(
                    depth,
                    f"part = absolute(h * ({estimate})) / (atol + rtol * {scale})",
                    "error = maximum(error, part) + 0.0 * part",
                    f"lowest = minimum(load(w, {trial}), lowest)",
                )

        self.emit(1, "error = 0.0 * h", "lowest = 0.0 * h")
        compare(1, len(self.system.states), False)
        if self.system.unit_states:
            self.emit(1, "for unit in range(n_units):")
            compare(2, len(self.system.unit_states), True)
        self.emit(1, f"store(w, {ERROR * 8}, error)", f"store(w, {LOWEST * 8}, lowest)")

    def observable(self) -> None:
        """The observable of the trial state, and its change over the step at the slope of the step's end."""
        system, layout = self.system, self.layout
        self.emit(1, "total = 0.0 * h", "earlier = 0.0 * h")
        if system.unit_observable is not None:
            self.emit(1, "for unit in range(n_units):")
            last = layout.slope(self.tableau.stages - 1)
            for index, name in enumerate(system.unit_states):
                trial, slope = (self.state(block, index, True) for block in (layout.trial, last))
                self.emit(2, f"{name} = load(w, {trial})", f"{name}_back = {name} - {BACK} * h * load(w, {slope})")
            function, local = system.unit_observable, set(system.unit_states)
            for target, suffix in (("total", ""), ("earlier", "_back")):
                names = argument_names(function)
                given = (n + suffix if n in local else self.argument(n, 0, local) for n in names)
                self.emit(2, f"{target} = {target} + {function.__name__}({', '.join(given)})")
        self.emit(1, f"store(w, {OBSERVABLE * 8}, total)", f"store(w, {SLOPE * 8}, (total - earlier) / {BACK})")


def check_names(system: System) -> None:
    """Refuse names that would overwrite a variable of the kernel, or that mean two things.

    Raises
    ------
    ValueError
        A reserved name, or a name used twice.
    """
    declared = [*system.states, *system.unit_states, *system.parameters, *system.unit_parameters, *system.inputs]
    outputs = [name for function in system.functions for name in output_names(function)]
    for name in (*declared, *outputs):
        if name in RESERVED or name.endswith(("_total", "_back")):
            raise ValueError(f"model {system.name}: '{name}' has a meaning of its own in kernels; rename it")
        if declared.count(name) + outputs.count(name) > 1:
            raise ValueError(f"model {system.name}: the name '{name}' is used twice")


def copied_functions(system: System) -> list[str]:
    """Source texts of the declared functions and, before them, of everything in `ossim` that they call."""
    texts: dict[str, str] = {}
    seen: dict[str, object] = {}

    def visit(function) -> None:
        if seen.setdefault(function.__name__, function) is not function:
            raise ValueError(f"model {system.name}: two functions are called '{function.__name__}'")
        if function.__name__ in texts:
            return
        text = textwrap.dedent(inspect.getsource(function))
        calls = (node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
        called = {called.id for called in calls if isinstance(called, ast.Name)}
        for name in sorted(called - set(ELEMENTARY)):
            target = function.__globals__.get(name)
            if not inspect.isfunction(target):
                raise ValueError(f"{function.__name__} calls '{name}', which is no plain function")
            visit(target)
        texts[function.__name__] = text

    for function in system.functions:
        visit(function)
    return [f"@njit(forceinline=True, fastmath=FASTMATH)\n{text}" for text in texts.values()]


def kernel_source(system: System, tableau: ExplicitTableau = TSIT5) -> str:
    """Return the module text that defines ``kernel_rates``, ``kernel_step`` and ``kernel_observe`` for one system."""
    check_names(system)
    writer = _Writer(system, tableau)
    layout = writer.layout
    signature = "@njit(KERNEL_SIGNATURE, fastmath=FASTMATH, cache=CACHE, nogil=True, boundscheck=False)"
    writer.emit(0, signature, "def kernel_rates(w, n_units, rtol, atol):", f"    h = load(w, {STEP * 8})")
    writer.stage(0, layout.state, ())
    writer.emit(0, "", "", signature, "def kernel_step(w, n_units, rtol, atol):", f"    h = load(w, {STEP * 8})")
    for stage in range(1, tableau.stages):
        last = stage == tableau.stages - 1
        writer.stage(stage, layout.trial if last else layout.scratch, tableau.a[stage])
    writer.norms()
    writer.emit(0, "", "", signature, "def kernel_observe(w, n_units, rtol, atol):", f"    h = load(w, {STEP * 8})")
    writer.observable()
    preamble = (
        f'"""Kernel of {system.name}, written by ossim; do not edit."""',
        "from numba import njit",
        "from ossim.numerics.elementary import exp, log, pow",
        "from ossim.numerics.kernel import CACHE, KERNEL_SIGNATURE",
        "from ossim.numerics.lanes import (",
        "    FASTMATH, absolute, load, maximum, minimum, sqrt, store, where_positive",
        ")",
    )
    return "\n".join((*preamble, "", "", "\n\n".join(copied_functions(system)), "", *writer.lines, ""))
