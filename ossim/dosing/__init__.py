"""Regimens in text, keys or NONMEM rows, one meaning: exact dose times, event tables, calendars."""

from ossim.dosing.events import ALL_COMPARTMENTS, EventKind, EventTable, compile_events
from ossim.dosing.nonmem import DoseRow, dose_rows, regimen_rows
from ossim.dosing.regimen import BASES, ROUTES, Regimen, dose_times
from ossim.dosing.structured import load_regimens, regimen_from_mapping
from ossim.dosing.text import parse_dose, parse_interval, parse_moment, parse_regimen, parse_regimens
from ossim.dosing.tokens import RegimenError
from ossim.dosing.writing import calendar, regimen_text, time_text

__all__ = [
    "ALL_COMPARTMENTS",
    "BASES",
    "ROUTES",
    "DoseRow",
    "EventKind",
    "EventTable",
    "Regimen",
    "RegimenError",
    "calendar",
    "compile_events",
    "dose_rows",
    "dose_times",
    "load_regimens",
    "parse_dose",
    "parse_interval",
    "parse_moment",
    "parse_regimen",
    "parse_regimens",
    "regimen_from_mapping",
    "regimen_rows",
    "regimen_text",
    "time_text",
]
