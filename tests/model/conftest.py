"""The builders of small engine problems live beside the tests of the numerical core."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "numerics"))
