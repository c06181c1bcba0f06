"""The former name of `ossim.dataset`, for scripts that were written with it."""

from __future__ import annotations

from ossim.dataset import Response, Status, Variable, dataarray_attrs, require, variable

__all__ = ["Response", "Status", "Variable", "dataarray_attrs", "require", "variable"]
