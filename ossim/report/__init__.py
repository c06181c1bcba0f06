"""What a result says, as a library: the rows of ``endpoints.csv``, published beside simulated, failures, assumptions.

Everything here takes a Dataset, as it was made or as it is read from its file, and runs nothing; the command line
prints `summary` and writes `endpoint_rows`.
"""

from ossim.report.assumptions import assumptions, closing
from ossim.report.failures import any_failed, failures
from ossim.report.published import comparison, comparison_table
from ossim.report.rows import Row, endpoint_rows
from ossim.report.text import summary
from ossim.report.text_table import table

__all__ = [
    "Row",
    "any_failed",
    "assumptions",
    "closing",
    "comparison",
    "comparison_table",
    "endpoint_rows",
    "failures",
    "summary",
    "table",
]
