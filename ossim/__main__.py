"""``python -m ossim``: the command line."""

from __future__ import annotations

import sys

from ossim.cli import main

sys.exit(main())
