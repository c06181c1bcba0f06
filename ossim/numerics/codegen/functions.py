"""Copy the declared functions of a system, and all they call, into the text of a kernel.

The text is self-contained but for the lane arithmetic, so a digest of it changes whenever any rate law does.
"""

from __future__ import annotations

import ast
import inspect
import textwrap

from ossim.numerics.codegen.system import System, output_names

ELEMENTARY = ("exp", "log", "pow", "sqrt", "absolute", "minimum", "maximum", "where_positive")
# variables of the written functions, and what they call
_LOCAL = {"h", "w", "t", "unit", "total", "earlier", "marks", "limits", "n_units", "used", "look"}
_NAMED = {"load", "store", "commit", "propose", "judge", "any_fresh", "start_inputs", "write_inputs", "start_slopes"}
_ROWS = ("STATE_", "TRIAL_", "SLOPE", "INPUT", "PARAMETER_", "SUMMARY_", "INFUSION_", "FIRST_", "N_", "MODES", "LEVELS")
RESERVED = {*_LOCAL, *_NAMED, *ELEMENTARY}


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
        if name in RESERVED or name.endswith(("_total", "_back")) or name.startswith(("_", *_ROWS)):
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
    return [f"@inlined\n{text}" for text in texts.values()]
