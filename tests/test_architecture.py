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
    ("errors", "units", "rng", "registry", "dataset", "schema"),
    ("sections",),
    ("numerics", "catalog"),
    ("terms", "dosing", "criteria"),
    ("model",),
    ("cohort", "strategies", "endpoints"),
    ("config", "plots"),
    ("store",),
    ("model_runs",),
    ("trial", "exchange"),
    ("studies",),
    ("report",),
    ("cli", "testing"),
    ("__main__",),
)
# what works on a file from disk sees Datasets only
SIDE = {
    "endpoints": {"criteria", "errors", "dataset", "registry", "sections", "units"},
    "plots": {"endpoints", "criteria", "errors", "dataset", "registry", "units"},
}
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
LOCAL_IMPORTS_ALLOWED = {"units.py"}  # pint is slow to import and rarely needed
MAX_LINES = 400


def module_name(path: Path) -> str:
    return ".".join(("ossim", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


MODULES = {module_name(path): path for path in FILES}
PACKAGES = sorted(name for name, path in MODULES.items() if path.name == "__init__.py")


def imported(name: str) -> set[str]:
    """Modules of the package that a module imports, wherever in its file."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in MODULES}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: imports are absolute, so that a move shows in them"
            if (node.module or "").split(".")[0] == "ossim":
                full = {f"{node.module}.{alias.name}" for alias in node.names}
                found |= {one if one in MODULES else node.module for one in full}
    return found - {name}


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downwards(path):
    part = part_of(path)
    if part == "__init__":
        return
    for other in {name.split(".")[1] for name in imported(module_name(path)) if "." in name} - {part}:
        assert part in RANK, f"{part} is in no layer"
        foundation = RANK[part] == RANK[other] == 0
        assert RANK[other] < RANK[part] or foundation, f"{part} may not import {other}"
        if part in SIDE:
            assert other in SIDE[part], f"{part} may not import {other}"


def rooms(package: str) -> dict[str, set[str]]:
    """What the files and folders right below a package import of each other."""
    depth = package.count(".") + 1
    arrows: dict[str, set[str]] = {}
    for name in MODULES:
        if not f"{name}.".startswith(f"{package}.") or name == package == "ossim":
            continue
        here = "__init__" if name == package else name.split(".")[depth]
        inside = (other for other in imported(name) if f"{other}.".startswith(f"{package}."))
        there = {"__init__" if other == package else other.split(".")[depth] for other in inside}
        arrows.setdefault(here, set()).update(there - {here})
    return arrows


@pytest.mark.parametrize("package", PACKAGES)
def test_no_circle_between_rooms(package):
    """Files and folders of each folder, at any depth, import each other in one direction only."""
    arrows = rooms(package)
    while arrows:
        ends = {room for room, others in arrows.items() if not others & arrows.keys()}
        assert ends, f"a circle among {sorted(arrows)} of {package}"
        arrows = {room: others for room, others in arrows.items() if room not in ends}


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


@pytest.mark.parametrize("config", ["trials/sorafenib_everolimus", "published/hansson2013", "spatial/cortex"])
def test_validate_loads_neither_the_engine_nor_what_results_need(config):
    path = PACKAGE.parent / "configs" / f"{config}.yaml"
    heavy = {"numba", "xarray", "zarr", "scipy", "sympy", "pint", "matplotlib", "h5netcdf", "pandas"}
    assert not loaded_by(f"from ossim.cli import main; main(['validate', {str(path)!r}])") & heavy


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
