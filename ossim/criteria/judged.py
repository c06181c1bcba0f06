"""What a trial Dataset says of the criterion it was judged by; reading it runs nothing."""

from __future__ import annotations

from typing import Any

from ossim.criteria.recist import RECIST_1_1
from ossim.criteria.rules import Thresholds

ATTRIBUTES = ("response", "progression", "progression_absolute")


def criterion_attributes(criterion: Any) -> dict[str, Any]:
    """Return the attributes that a Dataset keeps of a `Criterion`."""
    numbers = {f"criteria_{name}": float(getattr(criterion, name)) for name in ATTRIBUTES}
    return {"criteria_title": criterion.title, "criteria_reference": criterion.reference, **numbers}


def thresholds_of(dataset: Any) -> Thresholds:
    """Return the thresholds a trial Dataset was judged by, as fractions of its `judged_variable`.

    A Dataset that says nothing was judged by RECIST 1.1.
    """
    attrs = dataset.attrs
    if "criteria_response" not in attrs:
        return RECIST_1_1
    response, progression, absolute = (float(attrs[f"criteria_{name}"]) for name in ATTRIBUTES)
    return Thresholds(attrs["criteria_title"], response, progression, absolute, attrs["criteria_reference"])


def judged_variable(dataset: Any) -> str:
    """Return the variable whose change the criterion judges: `burden` where there is one, else the sum of diameters."""
    return "burden" if "burden" in dataset else "sum_of_diameters"


def judged_title(dataset: Any) -> str:
    """Return what is judged, for an axis: "sum of diameters"."""
    return "sum of products" if judged_variable(dataset) == "burden" else "sum of diameters"
