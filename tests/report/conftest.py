"""The made-up trial lives beside the tests of the whole package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
