"""Which method a run is better off with: how fast each moves it, measured in the run itself.

A run starts with the explicit method. Where the stages show that stability and not accuracy limits its steps, the
stiff method is tried; it stays as long as it moves the run further for its cost than the explicit one did, but for the
short steps after a dose. Each failed trial is followed by a longer wait. Everything is counted in steps and operations,
never in seconds, so that a run takes the same course on any machine and among any neighbors.
"""

from __future__ import annotations

from ossim.numerics.arrays import ATOL, RTOL, STEP_BUDGET
from ossim.numerics.codegen.layout import LOOK, NEXT_TIME, STEPS
from ossim.numerics.codegen.tableaus import TSIT5
from ossim.numerics.simd.cache import jit
from ossim.numerics.simd.lanes import FASTMATH, get, put

EXPLICIT, STIFF = 0, 1
PACE_COLUMNS = 6
SINCE_TIME, SINCE_STEPS, EXPLICIT_PACE, WAIT, GAP, SLOW = range(PACE_COLUMNS)

SHORTEST, LONGEST = 8, 64  # steps of a stretch over which pace is measured; it ends at a landing where it can
FIRST_WAIT, FIRST_GAP, LONGER, LONGEST_GAP = 1.0, 4.0, 4.0, 64.0  # stretches before a trial, and after failed ones
MOST_SLOW = 2.0  # slow stretches in a row at which the stiff method is left; a trial begins with one, a dose makes one
# First step of the stiff method at the start and after a jump [day]. It would accept one over all that is fast, right
# at its end; only a step short enough to see the fast part makes what is interpolated inside it right.
STIFF_START = 1e-6
EXPLICIT_STRETCHES = 200.0  # stretches after which the explicit method is tried again
LIMITED = 1.5  # step times largest eigenvalue; accuracy alone gives less, stability ends at about 3.3
# the last two stages stand at the end of the step: what tells them apart are these parts of the slopes
_LAST = TSIT5.stages - 1
_APART = tuple(a - b for a, b in zip(TSIT5.a[_LAST], (*TSIT5.a[_LAST - 1], 0.0), strict=True))


@jit(forceinline=True, fastmath=FASTMATH)
def start_stretch(run, lane, t, w, runs, budget, relative_cost):
    """Begin to measure the pace of a run."""
    runs.pace[run, SINCE_TIME], runs.pace[run, SINCE_STEPS] = t, get(w, STEPS, lane)
    set_look(run, lane, w, runs, budget, relative_cost)


@jit(forceinline=True, fastmath=FASTMATH)
def set_look(run, lane, w, runs, budget, relative_cost):
    """Say when a run must be looked at at the latest: where its stretch ends, if it may change its method."""
    put(w, LOOK, lane, min(budget, runs.pace[run, SINCE_STEPS] + LONGEST) if relative_cost > 0.0 else budget)


@jit(forceinline=True, fastmath=FASTMATH)
def stability(w, plan, lane, limits):
    """Step times the largest eigenvalue that the last two stages have felt (Hairer, Wanner 1996, section IV.2)."""
    felt, apart = 0.0, 0.0
    for index in range(plan.n_shared):
        size = max(abs(get(w, plan.state + index, lane)), abs(get(w, plan.trial + index, lane)))
        scale = limits[ATOL] + limits[RTOL] * size
        last = plan.slopes + _LAST * plan.n_states + index
        felt = max(felt, abs(get(w, last, lane) - get(w, last - plan.n_states, lane)) / scale)
        total = 0.0
        for stage in range(_LAST):
            total += _APART[stage] * get(w, plan.slopes + stage * plan.n_states + index, lane)
        apart = max(apart, abs(total) / scale)
    return felt / apart if apart > 0.0 else 0.0


@jit(forceinline=True, fastmath=FASTMATH)
def give_up_stiff(run, runs):
    """Send a run back to the explicit method, and let it wait longer before the next trial."""
    runs.pace[run, GAP] = min(runs.pace[run, GAP] * LONGER, LONGEST_GAP)
    runs.method[run], runs.pace[run, WAIT] = EXPLICIT, runs.pace[run, GAP]


@jit(forceinline=True, fastmath=FASTMATH)
def change_method(run, lane, w, plan, runs, limits, relative_cost):
    """At the end of a stretch: whether the run leaves for the other method."""
    steps, t_new = get(w, STEPS, lane), get(w, NEXT_TIME, lane)
    made = steps - runs.pace[run, SINCE_STEPS]
    if made < SHORTEST:
        return False
    moved = (t_new - runs.pace[run, SINCE_TIME]) / made
    start_stretch(run, lane, t_new, w, runs, limits[STEP_BUDGET], relative_cost)
    runs.pace[run, WAIT] -= 1.0
    if runs.method[run] == EXPLICIT:
        runs.pace[run, EXPLICIT_PACE] = moved
        if runs.pace[run, WAIT] < 0.0 and stability(w, plan, lane, limits) > LIMITED:
            runs.method[run], runs.pace[run, WAIT], runs.pace[run, SLOW] = STIFF, EXPLICIT_STRETCHES, MOST_SLOW - 1.0
            return True
        return False
    if moved < relative_cost * runs.pace[run, EXPLICIT_PACE]:
        runs.pace[run, SLOW] += 1.0
        if runs.pace[run, SLOW] >= MOST_SLOW:
            give_up_stiff(run, runs)
            return True
        return False
    runs.pace[run, SLOW] = 0.0
    if runs.pace[run, WAIT] <= 0.0:
        runs.method[run], runs.pace[run, WAIT], runs.pace[run, GAP] = EXPLICIT, 0.0, FIRST_GAP
        return True
    return False
