"""The made-up trial, and a builder of trials of a few patients whose endpoints are known by hand."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from synthetic import make_trial


@pytest.fixture(scope="session")
def trial():
    """A made-up trial of four arms and 60 patients."""
    return make_trial(n_patients=60)
