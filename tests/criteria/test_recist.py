"""RECIST 1.1 against cases worked by hand: sums in mm, baseline 100 unless said."""

import numpy as np
import pytest

from ossim.criteria.minor import is_minor_response
from ossim.criteria.recist import assess, burden, classify_series
from ossim.dataset import Response
from ossim.errors import InputError

NAN = float("nan")
CODES = {"-": 0, "C": 1, "P": 2, "S": 3, "D": 4}
# (sum, baseline, nadir, new lesion, expected response, expected nadir)
STEPS = [
    # Response is judged from baseline, and -30 % itself is one.
    (100, 100, 100, 0, "S", 100), (71, 100, 100, 0, "S", 71), (70.1, 100, 100, 0, "S", 70.1),
    (70, 100, 100, 0, "P", 70), (69.9, 100, 100, 0, "P", 69.9), (50, 100, 100, 0, "P", 50),
    (1, 100, 100, 0, "P", 1), (0, 100, 100, 0, "C", 0), (21, 30, 30, 0, "P", 21), (22, 30, 30, 0, "S", 22),
    (7, 10, 10, 0, "P", 7), (7.1, 10, 10, 0, "S", 7.1), (34.3, 49, 49, 0, "P", 34.3), (34.4, 49, 49, 0, "S", 34.4),
    (63, 90, 90, 0, "P", 63), (63.1, 90, 90, 0, "S", 63.1), (0.7, 1, 1, 0, "P", 0.7), (105, 150, 150, 0, "P", 105),
    # Progression is judged from the nadir: 20 % itself is one, where it is 5 mm or more.
    (119.9, 100, 100, 0, "S", 100), (120, 100, 100, 0, "D", 100), (121, 100, 100, 0, "D", 100),
    (200, 100, 100, 0, "D", 100), (60, 100, 50, 0, "D", 50), (59.9, 100, 50, 0, "P", 50),
    (84, 100, 70, 0, "D", 70), (83.9, 100, 70, 0, "S", 70), (96, 100, 80, 0, "D", 80), (95.9, 100, 80, 0, "S", 80),
    (48, 100, 40, 0, "D", 40), (47.9, 100, 40, 0, "P", 40), (36, 100, 30, 0, "D", 30), (35.9, 100, 30, 0, "P", 30),
    (66, 55, 55, 0, "D", 55), (65.9, 55, 55, 0, "S", 55), (42, 35, 35, 0, "D", 35), (72, 60, 60, 0, "D", 60),
    # The 5 mm rule decides below a nadir of 25 mm.
    (30, 25, 25, 0, "D", 25), (29.9, 25, 25, 0, "S", 25), (24, 20, 20, 0, "S", 20), (24.9, 20, 20, 0, "S", 20),
    (25, 20, 20, 0, "D", 20), (14.9, 10, 10, 0, "S", 10), (15, 10, 10, 0, "D", 10), (12, 10, 10, 0, "S", 10),
    (10, 100, 5, 0, "D", 5), (9.9, 100, 5, 0, "P", 5), (6, 100, 5, 0, "P", 5), (17, 12, 12, 0, "D", 12),
    (16, 12, 12, 0, "S", 12), (23, 18, 18, 0, "D", 18), (22.9, 18, 18, 0, "S", 18), (5.1, 0.1, 0.1, 0, "D", 0.1),
    # 5 mm without 20 % is none.
    (105, 100, 100, 0, "S", 100), (110, 100, 100, 0, "S", 100), (55, 50, 50, 0, "S", 50), (44, 100, 38, 0, "P", 38),
    (209, 175, 175, 0, "S", 175), (210, 175, 175, 0, "D", 175),
    # After CR the nadir is zero, and 5 mm decide.
    (0, 100, 0, 0, "C", 0), (4.9, 100, 0, 0, "P", 0), (5, 100, 0, 0, "D", 0), (50, 100, 0, 0, "D", 0),
    (1, 1, 0, 0, "S", 0), (0.7, 1, 0, 0, "P", 0),
    # A new lesion is progression whatever the sum.
    (100, 100, 100, 1, "D", 100), (50, 100, 100, 1, "D", 50), (0, 100, 100, 1, "D", 0), (130, 100, 100, 1, "D", 100),
    (NAN, 100, 100, 1, "D", 100), (69, 100, 100, 1, "D", 69), (0, 100, 0, 1, "D", 0),
    # A missed visit is not evaluable and keeps the nadir.
    (NAN, 100, 100, 0, "-", 100), (NAN, 100, 40, 0, "-", 40), (NAN, 100, 0, 0, "-", 0),
]  # fmt: skip
# (baseline first, visits, new lesions at visits, expected responses at visits)
SERIES = [
    ([100, 100, 100], None, "SS"), ([100, 70, 70], None, "PP"), ([100, 70, 84], None, "PD"),
    ([100, 70, 83], None, "PS"), ([100, 50, 60], None, "PD"), ([100, 50, 59], None, "PP"),
    ([100, 120, 100], None, "D-"), ([100, 120, 50], None, "D-"), ([100, 110, 120], None, "SD"),
    ([100, 110, 119], None, "SS"), ([100, 90, 108], None, "SD"), ([100, 90, 107], None, "SS"),
    ([100, 0, 0], None, "CC"), ([100, 0, 4], None, "CP"), ([100, 0, 5], None, "CD"),
    ([100, 100, 100], [0, 1], "SD"), ([100, 60, 50], [1, 0], "D-"), ([100, 60, 50], [0, 1], "PD"),
    ([100, NAN, 70], None, "-P"), ([100, NAN, 120], None, "-D"), ([100, 60, NAN, 72], None, "P-D"),
    ([100, 60, NAN, 71], None, "P-S"), ([100, NAN, NAN], None, "--"), ([100, NAN, NAN], [0, 1], "-D"),
    ([20, 16, 20], None, "SS"), ([20, 16, 21], None, "SD"), ([20, 12, 16], None, "PS"), ([20, 12, 17], None, "PD"),
    ([10, 12, 14], None, "SS"), ([10, 12, 15], None, "SD"), ([10, 7, 9, 12], None, "PSD"),
    ([100, 80, 65, 55, 60, 66], None, "SPPPD"), ([100, 90, 80, 70, 65, 78], None, "SSPPD"),
    ([100, 95, 105, 113, 114], None, "SSSD"), ([50, 45, 40, 47, 48], None, "SSSD"),
    ([30, 25, 20, 24, 25], None, "SPSD"),
    ([30, 33, 35, 36], None, "SSD"), ([40, 30, 25, 30], None, "SPD"), ([60, 42, 30, 0, 0], None, "PPCC"),
    ([60, 42, 30, 0, 8], None, "PPCD"), ([80, 64, 57, 56, 66, 67.2], None, "SSPSD"),
]  # fmt: skip


@pytest.mark.parametrize(("size", "baseline", "nadir", "new", "expected", "next_nadir"), STEPS)
def test_one_visit(size, baseline, nadir, new, expected, next_nadir):
    codes, carried = assess([size], [baseline], [nadir], [new])
    assert codes[0] == CODES[expected]
    assert carried[0] == next_nadir


@pytest.mark.parametrize(("sizes", "new", "expected"), SERIES)
def test_whole_series(sizes, new, expected):
    appeared = None if new is None else [[0, *new]]
    codes = classify_series([sizes], appeared)
    assert codes[0].tolist() == [0, *(CODES[code] for code in expected)]


def test_at_least_hundred_cases_are_worked():
    assert len(STEPS) + len(SERIES) >= 100


def test_patients_do_not_mix():
    sizes, baseline, nadir, new, expected, carried = zip(*STEPS, strict=True)
    codes, nadirs = assess(sizes, baseline, nadir, new)
    assert codes.tolist() == [CODES[code] for code in expected]
    assert nadirs.tolist() == list(carried)


def test_switch_of_line_takes_the_progression_visit_as_baseline_and_nadir():
    codes, _ = assess([130.0], [120.0], [120.0], [0])
    assert codes[0] == Response.SD


def test_visible_floor_counts_as_gone():
    assert assess([3.0], [100.0], [100.0], [0], visible=4.0)[0][0] == Response.CR


@pytest.mark.parametrize(
    ("sizes", "times", "expected"),
    [
        # The last visit of a series can never be confirmed.
        ([100, 60, 55], [0, 56, 112], "PS"),
        ([100, 60, 80], [0, 56, 112], "SD"),
        ([100, 60, 71], [0, 56, 112], "SS"),
        ([100, 60, 60], [0, 56, 83], "SS"),
        ([100, 60, 60], [0, 56, 84], "PS"),
        ([100, 0, 0], [0, 56, 112], "CS"),
        ([100, 0, 3], [0, 56, 112], "PS"),
        ([100, 60, NAN, 60], [0, 56, 112, 168], "P-S"),
    ],
)
def test_confirmation_needs_a_second_response_four_weeks_later(sizes, times, expected):
    codes = classify_series([sizes], visit_time=times, confirmed=True)[0].tolist()
    assert codes == [0, *(CODES[code] for code in expected)]


def test_confirmation_without_times_is_refused():
    with pytest.raises(InputError, match="visit_time"):
        classify_series([[100, 60]], confirmed=True)


@pytest.mark.parametrize("sizes", [[100.0, 50.0], [[0.0, 50.0]], [[NAN, 50.0]]])
def test_series_without_usable_baseline_are_refused(sizes):
    with pytest.raises(InputError):
        classify_series(sizes)


def test_burden_skips_lesions_that_are_not_there():
    sums = burden([[10.0, NAN, 5.0], [NAN, NAN, NAN]])
    assert sums[0] == 15.0
    assert np.isnan(sums[1])


@pytest.mark.parametrize(
    ("size", "expected"), [(91, False), (90, True), (80, True), (70.1, True), (70, False), (50, False), (NAN, False)]
)
def test_minor_response_lies_between_ten_and_thirty_percent(size, expected):
    assert is_minor_response(size, 100.0) == expected
