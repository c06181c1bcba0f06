"""Where compiled code is kept, so that it is loaded when nothing changed and rebuilt when anything did.

numba decides from the time stamp of one file whether its cached code is current, and misses edits of the functions
that the file calls. Here every cache directory is named by a digest of all sources that its kernels can see.
`NUMBA_CACHE_DIR` moves the cache; where no directory is writable, code is compiled in memory for this process only.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import os
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import llvmlite
import numba

KEEP_DAYS = 90


def digest(*texts: str) -> str:
    """Short SHA-256 of texts together with the versions of Python, numba and llvmlite."""
    versions = (sys.version, numba.__version__, llvmlite.__version__)
    return hashlib.sha256("\0".join((*versions, *texts)).encode()).hexdigest()[:20]


@functools.cache
def numerics_digest() -> str:
    """Digest of the sources of the compiled layer itself."""
    numerics = Path(__file__).parent.parent
    files = [path for folder in (".", "simd", "codegen", "ode") for path in sorted((numerics / folder).glob("*.py"))]
    return digest(*(path.read_text(encoding="utf-8") for path in files))


def _candidates():
    if configured := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(configured) / "ossim"
        return
    if home := os.environ.get("XDG_CACHE_HOME"):
        yield Path(home) / "ossim"
    if os.path.expanduser("~") != "~":
        yield Path("~/.cache/ossim").expanduser()
    yield Path(tempfile.gettempdir()) / f"ossim-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def _usable(folder: Path) -> bool:
    """Whether the folder can be made and written, and (code is loaded from it) belongs to this user."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
    except OSError:
        return False


@functools.cache
def cache_folder() -> Path | None:
    """The first usable cache folder, or None: then kernels live in memory only (said once as a warning)."""
    for folder in _candidates():
        if _usable(folder):
            return folder
    warnings.warn(
        "no writable cache folder: kernels are compiled anew in each process; set NUMBA_CACHE_DIR to a folder of yours",
        RuntimeWarning,
        stacklevel=2,
    )
    return None


def _remove_stale(root: Path) -> None:
    """Delete kernels that no process has asked for in `KEEP_DAYS`: each edit of a model leaves a folder behind."""
    oldest = time.time() - KEEP_DAYS * 86400.0
    for folder in (*root.glob("kernels-*"), *root.glob("engine-*")):
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder)


def write_source(name: str, key: str, write: Callable[[], str]) -> Path | None:
    """Write generated source, in a folder named by the digest of its `key`; None where nothing can be written.

    The text is asked for only where the file is not there yet: it may cost more than to load what was compiled of it.

    The file appears whole or not at all, so that any number of processes may do this at once.
    """
    root = cache_folder()
    if root is None:
        return None
    folder = root / f"kernels-{digest(numerics_digest(), key)}"
    path = folder / f"{name}.py"
    if not path.exists():
        _remove_stale(root)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8", suffix=".tmp") as handle:
            handle.write(write())
        os.replace(handle.name, path)
    with contextlib.suppress(OSError):
        os.utime(folder)
    return path


def compile_cached(function, *arguments, **options):
    """`numba.njit` that keeps what it compiles, or works without where that cannot be written (a full disk, say)."""
    with _uncollected():
        if cache_folder() is not None:
            with contextlib.suppress(OSError):
                return numba.njit(*arguments, cache=True, **options)(function)
        return numba.njit(*arguments, **options)(function)


@contextlib.contextmanager
def _uncollected():
    """Pause the garbage collector: what a compiler makes lives on, and to search it took a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def jit(*arguments, **options):
    """`numba.njit` for functions of this package, cached in a folder named by the digest of the compiled layer.

    The function may not allocate: then arrays taken out of a tuple are not reference counted, which in the step loop
    cost more than half of the time. Division by zero gives inf or nan, as everywhere in NumPy.
    """
    options = {"error_model": "numpy", "_nrt": False, **options}

    def decorate(function):
        with kept_in(lambda: f"engine-{numerics_digest()}"):
            return compile_cached(function, *arguments, **options)

    return decorate


@contextlib.contextmanager
def kept_in(name: Callable[[], str]):
    """Decorate functions so that their code is cached in the folder of this name, asked for only where there is one."""
    before, root = numba.config.CACHE_DIR, cache_folder()
    if root is not None:
        numba.config.CACHE_DIR = str(root / name())
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before
