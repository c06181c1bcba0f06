"""``python -m ossim.cli``, the same as ``python -m ossim``."""

from __future__ import annotations

import sys

from ossim.cli import main

sys.exit(main())
