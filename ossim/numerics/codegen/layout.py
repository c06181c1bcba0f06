"""Row numbers of the workspace of eight lanes: what every lane keeps, then the blocks of a system.

A row holds one double per lane. The header is what the engine and a kernel tell each other; the blocks depend on the
system, and the last two (drug modes and clocks) on the problem, so that one kernel serves any number of drugs.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from ossim.numerics.codegen.system import System, output_names
from ossim.numerics.codegen.tableaus import Tableau

HEADER_ROWS = 18
(
    TIME,  # of the state
    NEXT_TIME,  # of the trial state
    STOP,  # the step may not leap over this
    OUTPUT,  # next time to be recorded
    STEP,  # the step just tried
    WANTED,  # the step to try next, before it is cut to land
    LANDING,  # positive: the step just tried ends at STOP
    ERROR,  # of the step just tried, over its tolerance
    LOWEST,  # least trial state
    ACCEPT,  # positive: the trial state becomes the state when the kernel goes on
    FRESH,  # positive: the slopes at the trial state are not known
    BUSY,  # positive: the lane carries a run
    STEPS,  # tried so far
    LOOK,  # the engine wants to see the lane after so many steps
    OBSERVABLE,  # of the trial state
    SLOPE,  # its change over the step, at the step's end
    START_SLOPE,  # the same of the step before
    LOW,  # least observable so far; no number in a lane that is not watched
) = range(HEADER_ROWS)

#: name of a row of the header -> its number
HEADER = MappingProxyType(
    {
        "TIME": TIME,
        "STEP": STEP,
        "ERROR": ERROR,
        "LOWEST": LOWEST,
        "OBSERVABLE": OBSERVABLE,
        "SLOPE": SLOPE,
    }
)

#: rows per drug mode
MODE_ROWS = 5
VALUE, NEXT_VALUE, DECAY, STEADY, WEIGHT = range(MODE_ROWS)

#: what is written before the channels of the modes and the states of the clocks in the kernel's list of integers
MARKS = 4
N_UNITS, N_MODES, N_CLOCKS, WATCHED = range(MARKS)


@dataclass(frozen=True)
class Layout:
    """Row numbers of the blocks of the workspace: state, trial state, stage slopes, inputs, parameters, ..."""

    n_shared: int
    n_per_unit: int
    max_units: int
    n_inputs: int
    n_parameters: int
    n_summary: int
    n_stages: int
    n_nodes: int

    @property
    def n_states(self) -> int:
        return self.n_shared + self.max_units * self.n_per_unit

    @property
    def state(self) -> int:
        return HEADER_ROWS

    @property
    def trial(self) -> int:
        return self.state + self.n_states

    def slope(self, stage: int) -> int:
        return self.trial + self.n_states * (1 + stage)

    @property
    def inputs(self) -> int:
        return self.slope(self.n_stages)

    @property
    def levels(self) -> int:
        return self.inputs + self.n_inputs * self.n_nodes

    @property
    def input_slopes(self) -> int:
        return self.levels + self.n_inputs

    @property
    def parameters(self) -> int:
        return self.input_slopes + self.n_inputs

    @property
    def infusion(self) -> int:
        return self.parameters + self.n_parameters

    @property
    def summary(self) -> int:
        return self.infusion + self.n_shared

    @property
    def modes(self) -> int:
        return self.summary + self.max_units * self.n_summary

    def rows(self, n_modes: int, n_clocks: int) -> int:
        """Rows of the whole workspace; one threshold per clock stands at its end."""
        return self.modes + MODE_ROWS * n_modes + n_clocks


def layout_of(system: System, tableau: Tableau) -> Layout:
    """Lay out the workspace of a system under a method."""
    summary = output_names(system.unit_summary) if system.unit_summary else ()
    return Layout(
        len(system.states),
        len(system.unit_states),
        system.max_units,
        len(system.inputs),
        system.n_parameters,
        len(summary),
        tableau.stages,
        len(tableau.nodes),
    )
