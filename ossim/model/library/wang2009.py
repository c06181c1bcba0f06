"""Tumor size as an exponentially shrinking and a linearly growing part: the form of a lung cancer analysis.

References
----------
Wang Y, Sung C, Dartois C, et al. Elucidation of relationship between tumor size and survival in non-small-cell lung
cancer patients can aid early decision making in clinical drug development. Clin Pharmacol Ther 2009; 86:167-174,
doi 10.1038/clpt.2009.64.
"""

from __future__ import annotations

from ossim.model.declaration import Model, Observable, State
from ossim.numerics.codegen.system import System


def rates(S, SR, PR):
    """Part S that shrinks at the rate SR, and part G that grows by PR a day: BASE exp(-SR t) + PR t together."""
    dS = -SR * S
    dG = PR
    return dS, dG


def observe(S, G):
    """Tumor size is both parts together."""
    size = S + G
    return size


MODEL = Model(
    name="wang2009",
    title="Tumor size that shrinks exponentially and grows linearly (form of Wang 2009, values of the user)",
    reference="wang2009",
    system=System("wang2009", ("S", "G"), ("SR", "PR"), rates),
    states={
        "S": State("shrinking_size", "mm", "size that shrinks", "initial_sum_of_diameters"),
        "G": State("grown_size", "mm", "size grown since the start"),
    },
    symbols={"SR": "shrinkage_rate", "PR": "growth_rate"},
    observe=observe,
    observables={"size": Observable("sum_of_diameters", "mm", "sum of longest diameters")},
)
