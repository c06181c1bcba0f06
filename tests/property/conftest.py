"""The builders of engine problems live beside the tests of the numerical core and of the models."""

import sys
from pathlib import Path

for folder in ("numerics", "model"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))
