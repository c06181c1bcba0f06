"""The structure of the package: who may import whom, what loads when, and how long a file may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import ossim
from ossim.dosing import EventKind
from ossim.numerics import arrays

PACKAGE = Path(ossim.__file__).parent
FILES = sorted(path for path in PACKAGE.rglob("*.py"))

# each layer may import those before it; layers on one line are siblings and do not import each other
LAYERS = (
    ("errors", "units", "rng", "registry", "schema"),
    ("numerics", "catalog"),
    ("terms",),
    ("models", "dosing", "criteria"),
    ("cohort", "strategies"),
    ("simulation",),
    ("sweeps",),
    ("cli",),
)
SIDE = {"endpoints": {"criteria", "errors", "schema"}, "plots": {"endpoints", "criteria", "errors", "schema", "units"}}
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
LOCAL_IMPORTS_ALLOWED = {"units.py"}  # pint is slow to import and rarely needed
MAX_LINES = 400


def imported_parts(path: Path) -> set[str]:
    """Parts of `ossim` that a file imports, wherever in the file."""
    depth = len(path.relative_to(PACKAGE).parts)
    parts = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            parts |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("ossim.")}
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").split(".")
            if node.level == 0 and module[0] == "ossim":
                parts |= {module[1]} if len(module) > 1 else {alias.name for alias in node.names}
            elif node.level == depth:
                parts |= {module[0]} if module != [""] else {alias.name for alias in node.names}
    return {"cli" if part.startswith("cli_") else part for part in parts} - {"__version__"}


def part_of(path: Path) -> str:
    name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "cli" if name.startswith("cli_") else name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downwards(path):
    part = part_of(path)
    if part == "__init__":
        return
    for other in imported_parts(path) - {part}:
        if part in SIDE:
            assert other in SIDE[part], f"{part} may not import {other}"
        elif other in SIDE:
            assert RANK[part] >= RANK["sweeps"], f"{part} may not import {other}"
        elif other in RANK:
            foundation = RANK[part] == RANK[other] == 0
            assert RANK[other] < RANK[part] or foundation, f"{part} may not import {other}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_file_is_one_screenful_of_ideas(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "the first line says what a newcomer finds here"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_import_inside_functions(path):
    if path.name in LOCAL_IMPORTS_ALLOWED:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        assert not any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function)), function.name


@pytest.mark.parametrize("library, parts", [("matplotlib", {"plots"}), ("numba", {"numerics"}), ("pint", {"units"})])
def test_library_is_kept_to_its_place(library, parts):
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
            if any(name.split(".")[0] == library for name in names):
                assert part_of(path) in parts, path


def loaded_by(statement: str) -> set[str]:
    """Top-level modules that a statement loads in a fresh process."""
    code = f"import sys; {statement}; print(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    assert not loaded_by("import ossim") & {"numba", "numpy", "pandas", "pint", "matplotlib", "scipy", "pydantic"}


def test_help_loads_nothing_heavy():
    heavy = {"numba", "numpy", "pandas", "pint", "matplotlib", "scipy", "pydantic"}
    assert not loaded_by("from ossim.cli import main; main(['--help'])") & heavy


def test_no_code_is_built_from_text_or_unpickled():
    banned = {"eval", "exec"}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in banned, f"{path}: {node.func.id}"
            if isinstance(node, ast.Import):
                assert not any(alias.name in ("pickle", "marshal") for alias in node.names), path
            if isinstance(node, ast.ImportFrom):
                assert node.module not in ("pickle", "marshal"), path
            if isinstance(node, ast.keyword):
                value = node.value.value if isinstance(node.value, ast.Constant) else None
                assert not (node.arg in ("shell", "allow_pickle") and value is True), path


def test_public_names_work_in_any_order():
    code = (
        "import ossim; ossim.simulate('exponential', times=[0, 1]);"
        "assert 'exponential' in ossim.models(); assert 'sorafenib' in ossim.drugs(); assert ossim.trials();"
        "[getattr(ossim, name) for name in ossim.__all__]; assert 'gompertz' in ossim.models()"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr == ""


def test_events_of_dosing_and_engine_have_one_numbering():
    engine = (arrays.EVENT_RATE, arrays.EVENT_RESET, arrays.EVENT_STEADY_STATE, arrays.EVENT_BOLUS)
    assert engine == (EventKind.RATE, EventKind.RESET, EventKind.STEADY_STATE, EventKind.BOLUS)
