"""The benchmark of a patient in space on a small grid: a row for each grid, shares of the parts, errors that fall."""

from __future__ import annotations

from benchmarks.spatial_patient import PARTS, SpatialPatient, changes, profiled, spatial_patient

SMALL = SpatialPatient("radial", 80, True, size=32.0, diameter=16.0, days=16.0, step=2.0)


def test_every_patient_has_its_rows():
    times, errors = spatial_patient({"small": SMALL})
    assert times.splitlines()[-1].startswith("small") and "40" in times.splitlines()[-1].split()
    assert errors.splitlines()[-1].split()[:3] == ["small", "2", "0.5"]


def test_parts_make_up_the_whole_but_for_the_burn_in():
    found = profiled(SMALL, SMALL.days)
    assert tuple(found) == (*PARTS, "whole") and all(seconds > 0.0 for seconds in found.values())
    assert sum(found[name] for name in PARTS) <= found["whole"]


def test_changes_fall_with_the_step():
    coarse, middle, fine = (SMALL.run(step) for step in (4.0, 2.0, 0.5))
    first, second = changes(coarse, fine), changes(middle, fine)
    assert all(second[name] < first[name] < 0.1 for name in ("tumor_volume", "viable_volume"))
