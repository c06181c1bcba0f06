"""The elementary functions that rate laws may use, as NumPy functions.

Rate laws import these names, so they can be called on floats and arrays as they stand. Kernels and symbolic tracing
bind the same names to their own versions. `sin` is for what is evaluated once, by NumPy: where fields start.
"""

from __future__ import annotations

import numpy as np

exp = np.exp
sin = np.sin
log = np.log
pow = np.power
sqrt = np.sqrt
absolute = np.abs
minimum = np.minimum
maximum = np.maximum


def where_positive(condition, a, b):
    """Return `a` where `condition` > 0, else `b`."""
    return np.where(np.asarray(condition) > 0, a, b)
