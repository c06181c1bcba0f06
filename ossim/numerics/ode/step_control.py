"""What happens to all lanes between two steps, without a branch: take over, propose the next step, judge it.

The next step is the last one times 0.9 * error^(-1/order) (Hairer, Norsett, Wanner, Solving Ordinary Differential
Equations I, 1993, section II.4). Their proportional-integral form takes more steps here, since most steps are cut by
doses and the small error of a cut step holds the next one back.
"""

from __future__ import annotations

from ossim.numerics.arrays import LEAST, MARGIN, MOST_RISE, STEP_LIMIT
from ossim.numerics.codegen.layout import (
    ACCEPT,
    BUSY,
    ERROR,
    FRESH,
    LANDING,
    LOOK,
    LOW,
    LOWEST,
    MARKS,
    MODE_ROWS,
    N_CLOCKS,
    N_MODES,
    NEXT_TIME,
    NEXT_VALUE,
    OBSERVABLE,
    OUTPUT,
    SLOPE,
    START_SLOPE,
    STEP,
    STEPS,
    STOP,
    TIME,
    VALUE,
    WANTED,
    WATCHED,
)
from ossim.numerics.simd.cache import jit
from ossim.numerics.simd.elementary import exp, log
from ossim.numerics.simd.lanes import (
    FASTMATH,
    absolute,
    load,
    maximum,
    minimum,
    positive_lanes,
    store,
    where_at_least,
    where_positive,
)

SAFETY, SHRINK_MOST, GROW_MOST = 0.9, 0.2, 5.0
_NEVER_LESS, _HUGE = 1e-10, 1e300
SAME_TIME = 1e-13  # a step below this share of the time (or of a day) does not move the clock


@jit(forceinline=True, fastmath=FASTMATH)
def commit(w, marks, used, state, trial, modes, first, last):
    """Make the trial state of the accepted lanes their state; slopes at `last` become those at `first`."""
    accepted = load(w, ACCEPT)
    for index in range(used):
        here = state + index
        store(w, here, where_positive(accepted, load(w, trial + index), load(w, here)))
    if last != first:
        for index in range(used):
            here = first + index
            store(w, here, where_positive(accepted, load(w, last + index), load(w, here)))
    for mode in range(marks[N_MODES]):
        here = modes + mode * MODE_ROWS
        store(w, here + VALUE, where_positive(accepted, load(w, here + NEXT_VALUE), load(w, here + VALUE)))
    store(w, TIME, where_positive(accepted, load(w, NEXT_TIME), load(w, TIME)))
    if marks[WATCHED]:
        low, slope = load(w, LOW), load(w, START_SLOPE)
        store(w, LOW, where_positive(accepted, minimum(low, load(w, OBSERVABLE)), low))
        store(w, START_SLOPE, where_positive(accepted, load(w, SLOPE), slope))


@jit(forceinline=True, fastmath=FASTMATH)
def propose(w, limits):
    """Choose the step: as wanted, cut to land, or halved where landing would leave a stub."""
    remaining = load(w, STOP) - load(w, TIME)
    wanted = minimum(load(w, WANTED), limits[STEP_LIMIT])
    landing = where_at_least(wanted, 0.999 * remaining, 1.0, -1.0)
    store(w, WANTED, wanted)
    store(w, LANDING, landing)
    store(w, STEP, where_positive(landing, remaining, minimum(wanted, 0.5 * remaining)))


@jit(forceinline=True, fastmath=FASTMATH)
def judge(w, marks, limits, trial, modes, exponent):
    """Accept or refuse the step of each lane and choose its next one; return the lanes that the engine must look at.

    Those are the lanes that landed, passed an output, a threshold or a minimum, or that cannot go on.
    """
    time, made, landing = load(w, TIME), load(w, STEP), load(w, LANDING)
    error, wanted, busy = load(w, ERROR), load(w, WANTED), load(w, BUSY)
    within = where_at_least(1.0, error, 1.0, -1.0)
    accepted = where_at_least(load(w, LOWEST), limits[LEAST], within, -1.0)
    factor = SAFETY * exp(-exponent * log(maximum(error, _NEVER_LESS)))
    factor = minimum(maximum(factor, SHRINK_MOST), GROW_MOST)
    grown = made * factor
    grown = where_positive(landing, maximum(grown, wanted), grown)
    finite = where_at_least(_HUGE, error, 1.0, -1.0)
    shrunk = where_positive(finite, where_positive(within, 0.5, minimum(factor, 0.9)), SHRINK_MOST) * made
    following = where_positive(accepted, grown, shrunk)
    arrived = where_positive(landing, load(w, STOP), time + made)
    seen = where_at_least(arrived, load(w, OUTPUT), 1.0, landing)
    n_modes = marks[N_MODES]
    thresholds = modes + n_modes * MODE_ROWS
    for clock in range(marks[N_CLOCKS]):
        reached = load(w, trial + marks[MARKS + n_modes + clock])
        seen = where_at_least(reached, load(w, thresholds + clock), 1.0, seen)
    if marks[WATCHED]:
        low, observed = load(w, LOW), load(w, OBSERVABLE)
        risen = maximum(limits[MOST_RISE] * low, low + limits[MARGIN])
        seen = where_at_least(observed, risen, 1.0, seen)
        turned = where_positive(load(w, SLOPE), -load(w, START_SLOPE), -1.0)
        # who is not watched has no number as lowest value
        seen = where_positive(where_at_least(low, -_HUGE, turned, -1.0), 1.0, seen)
    stuck = where_at_least(following, SAME_TIME * maximum(absolute(time), 1.0), -1.0, 1.0)
    look = where_positive(accepted, seen, stuck)
    steps = load(w, STEPS) + 1.0
    look = where_at_least(steps, load(w, LOOK), 1.0, look)
    look = where_positive(busy, look, -1.0)
    store(w, STEPS, steps)
    store(w, ACCEPT, where_positive(busy, accepted, -1.0))
    store(w, NEXT_TIME, arrived)
    store(w, WANTED, following)
    return positive_lanes(look)


@jit(forceinline=True, fastmath=FASTMATH)
def any_fresh(w):
    """Whether any lane needs the slopes at its state."""
    return positive_lanes(load(w, FRESH)) != 0


@jit(forceinline=True, fastmath=FASTMATH)
def keep_known_slopes(w, used, slopes, found):
    """Take the slopes just `found` for fresh lanes only: for the others they would be right to rounding only."""
    fresh = load(w, FRESH)
    for index in range(used):
        here = slopes + index
        store(w, here, where_positive(fresh, load(w, found + index), load(w, here)))
    store(w, FRESH, -1.0)
