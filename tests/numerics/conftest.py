"""The builders of small engine problems are shared by the folders below."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
