"""What all tests share: the garbage collector leaves alone what earlier files left behind, compiled kernels above all.

Thousands of tests leave some gigabytes; to search them for garbage again and again took minutes of a whole run.
"""

from __future__ import annotations

import gc

import pytest


@pytest.fixture(scope="module", autouse=True)
def _kept():
    yield
    gc.collect()
    gc.freeze()
