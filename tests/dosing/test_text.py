"""Regimen texts: explicit calendars of valid ones, the place and reason of the refusal of others."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ossim.dosing import (
    RegimenError,
    dose_times,
    parse_dose,
    parse_interval,
    parse_moment,
    parse_regimen,
    parse_regimens,
    regimen_text,
)
from ossim.errors import InputError

# text, last day, dose, basis, first days of the calendar written out by hand
CALENDARS = [
    ("sorafenib 400 mg b.i.d.", 2, 400, "absolute", [0, 0.5, 1, 1.5]),
    ("sorafenib 400 mg bid", 2, 400, "absolute", [0, 0.5, 1, 1.5]),
    ("SORAFENIB 400MG BID", 2, 400, "absolute", [0, 0.5, 1, 1.5]),
    ("  sorafenib   400   mg   b.i.d.  ", 1, 400, "absolute", [0, 0.5]),
    ("sorafenib 400 mg, bid, continuous", 1, 400, "absolute", [0, 0.5]),
    ("sorafenib 0.4 g q12h", 1, 400, "absolute", [0, 0.5]),
    ("sorafenib 400 mg q 12 h", 1, 400, "absolute", [0, 0.5]),
    ("sorafenib 400 mg every 12 hours", 1, 400, "absolute", [0, 0.5]),
    ("sorafenib 400 mg twice daily", 1, 400, "absolute", [0, 0.5]),
    ("sorafenib 400 mg twice a day", 1, 400, "absolute", [0, 0.5]),
    ("sorafenib 800 mg/day b.i.d.", 1, 400, "absolute", [0, 0.5]),
    ("drug 1 mg t.i.d.", 1, 1, "absolute", [0, 1 / 3, 2 / 3]),
    ("drug 1 mg 3 times a day", 1, 1, "absolute", [0, 1 / 3, 2 / 3]),
    ("drug 1 mg qid", 1, 1, "absolute", [0, 0.25, 0.5, 0.75]),
    ("drug 500 mcg q.d.", 3, 0.5, "absolute", [0, 1, 2]),
    ("drug 1 mg q.o.d.", 6, 1, "absolute", [0, 2, 4]),
    ("drug 1 mg every other day", 6, 1, "absolute", [0, 2, 4]),
    ("cabozantinib 60 mg/day", 3, 60, "absolute", [0, 1, 2]),
    ("lenvatinib 14 mg/m2/day", 2, 14, "per_m2", [0, 1]),
    ("sunitinib 50 mg q.d., 2 days on / 1 day off", 7, 50, "absolute", [0, 1, 3, 4, 6]),
    ("sunitinib 50 mg qd 2 d on/1 off", 7, 50, "absolute", [0, 1, 3, 4, 6]),
    ("anlotinib 12 mg q.d., 2 weeks on, 1 week off", 23, 12, "absolute", [*range(14), 21, 22]),
    ("regorafenib 160 mg q.d., 2 days on / 1 day off, x 2", 99, 160, "absolute", [0, 1, 3, 4]),
    ("regorafenib 160 mg q.d., 2 days on / 1 day off, x 3 doses", 99, 160, "absolute", [0, 1, 3]),
    ("methotrexate 12 g/m^2 over 4 h every 5 weeks x 2", 999, 12000, "per_m2", [0, 35]),
    ("cisplatin 60 mg/m^2 over 4 h on days 1, 2 of every 5 weeks", 40, 60, "per_m2", [0, 1, 35, 36]),
    ("cisplatin 60 mg/m² days 1 and 2 of a 35-day cycle, x 1", 99, 60, "per_m2", [0, 1]),
    ("endostar 7.5 mg/m2 over 3 h d1-3 q21d", 23, 7.5, "per_m2", [0, 1, 2, 21, 22]),
    ("etoposide 100 mg/m2/day q.d. on days 1-3, 5 of every 21 days", 21, 100, "per_m2", [0, 1, 2, 4]),
    ("capecitabine 1 g/m2 b.i.d. on days 1-2 of every 4 days", 5, 1000, "per_m2", [0, 0.5, 1, 1.5, 4, 4.5]),
    ("doxorubicin 37.5 mg/m^2/day over 48 h every 5 weeks x 6", 80, 75, "per_m2", [0, 35, 70]),
    ("cixutumumab 6 mg/kg over 1 h every week", 15, 6, "per_kg", [0, 7, 14]),
    ("cixutumumab 9 mg per kg i.v. weekly", 15, 9, "per_kg", [0, 7, 14]),
    ("temsirolimus 25 mg IV weekly", 8, 25, "absolute", [0, 7]),
    ("pembrolizumab 200 mg q3w", 43, 200, "absolute", [0, 21, 42]),
    ("figitumumab 20 mg/kg q21d from day 15 until day 57", 999, 20, "per_kg", [15, 36]),
    ("drug 1 mg every 21 days start day 8", 30, 1, "absolute", [8, 29]),
    ("drug 1 mg weekly starting at 2 weeks", 22, 1, "absolute", [14, 21]),
    ("drug 1 mg weekly from day 7 for 2 weeks", 99, 1, "absolute", [7, 14]),
    ("drug 1 mg weekly for 3 doses", 99, 1, "absolute", [0, 7, 14]),
    ("drug 1 mg for 3 days q.d.", 99, 1, "absolute", [0, 1, 2]),
    ("drug 1 mg monthly x 3", 99, 1, "absolute", [0, 30.44, 60.88]),
    ("drug 1 mg once", 99, 1, "absolute", [0]),
    ("drug 1 mg once from day 3.5", 99, 1, "absolute", [3.5]),
    ("drug 1 mg once daily x2", 99, 1, "absolute", [0, 1]),
    ("TNP-470 30 mg/kg s.c. q.o.d. × 2", 99, 30, "per_kg", [0, 2]),
]

# text, the word under the carets, a part of the reason
REFUSALS = [
    ("", "", "the name of a drug, but the text ends here"),
    ("400 mg q.d.", "400", "the name of a drug"),
    ("sorafenib", "", "a dose with a unit"),
    ("sorafenib b.i.d.", "b.i.d.", "a dose with a unit"),
    ("sorafenib 400 b.i.d.", "b.i.d.", "a unit of dose"),
    ("sorafenib 400", "", "a unit of dose"),
    ("sorafenib 400 mgg b.i.d.", "mgg", "did you mean 'mg'?"),
    ("sorafenib 400 kg b.i.d.", "kg", "a unit of dose"),
    ("sorafenib -400 mg b.i.d.", "-", "above zero"),
    ("sorafenib 0 mg b.i.d.", "0", "above zero"),
    ("sorafenib nan mg b.i.d.", "nan", "a dose with a unit"),
    ("sorafenib inf mg b.i.d.", "inf", "a dose with a unit"),
    ("sorafenib 1e400 mg b.i.d.", "1e400 mg", "up to"),
    ("sorafenib 1,000 mg b.i.d.", ",", "a unit of dose"),
    ("sorafenib 200-400 mg b.i.d.", "-", "a unit of dose"),
    ("sorafenib 400 mg/m^3 b.i.d.", "3", "m^2"),
    ("sorafenib 400 mg/lb b.i.d.", "lb", "m^2, kg or day"),
    ("sorafenib 400 mg/kg/kg b.i.d.", "kg", "m^2, kg or day"),
    ("sorafenib 400 mg", "", "how often"),
    ("sorafenib 400 mg bidd", "bidd", "did you mean 'bid'?"),
    ("sorafenib 400 mg b.i.d. fasted", "fasted", "a schedule word"),
    ("sorafenib 400 mg b.i.d.,", "", "a schedule word"),
    ("sorafenib 400 mg b.i.d. $", "$", "unexpected character"),
    ("sorafenib 400 mg b.i.d. q.d.", "q.d.", "already said by 'b.i.d.'"),
    ("sorafenib 400 mg b.i.d. from day 3 from day 4", "from day 4", "already said by 'from day 3'"),
    ("sorafenib 400 mg b.i.d. for 12", "", "a unit of time"),
    ("sorafenib 400 mg every 3", "", "a unit of time"),
    ("sorafenib 400 mg every 3 weks", "weks", "did you mean 'weeks'?"),
    ("sorafenib 400 mg every 0 h", "every 0 h", "interval must be above zero"),
    ("sorafenib 400 mg every -3 weeks", "-", "a unit of time"),
    ("sorafenib 400 mg every 1e300 weeks", "every 1e300 weeks", "up to"),
    ("regorafenib 160 mg q.d. 21/28", "21", "4 weeks on / 2 weeks off"),
    ("sunitinib 15 mg/m2 q.d. 4/2 weeks", "4", "4 weeks on / 2 weeks off"),
    ("sunitinib 50 mg q.d., 4 weeks", "", "'on'"),
    ("sunitinib 50 mg q.d., 4 weeks on", "", "the time off"),
    ("sunitinib 50 mg q.d., 4 weeks on / 2 weeks of", "of", "did you mean 'off'?"),
    ("sunitinib 50 mg weekly, 3 days on / 1 day off", "3 days on / 1 day off", "shorter than the interval"),
    ("sunitinib 50 mg q.d., 4 weeks on / 2 weeks off, continuous", "continuous", "already said"),
    ("drug 1 mg over 48 h q.d.", "over 48 h", "infusion of 48 h is longer than the interval of 24 h"),
    ("drug 1 mg over 25 h on days 1, 2 of every 21 days", "over 25 h", "longer than the time between dose days"),
    ("drug 1 mg p.o. over 1 h q.d.", "over 1 h", "route 'oral'"),
    ("drug 1 mg q.d. until day 3 from day 5", "until day 3", "not after its start"),
    ("drug 1 mg q.d. x 0", "0", "a whole number"),
    ("drug 1 mg q.d. x 2.5", "2.5", "a whole number"),
    ("drug 1 mg q.d. x 3 cycles", "x 3 cycles", "cycles need"),
    ("drug 1 mg once x 3", "x 3", "need an interval"),
    ("drug 1 mg on days 1, 8, 15", "on days 1, 8, 15", "days of a cycle need its length"),
    ("drug 1 mg on days 1, 30 of every 21 days", "on days 1, 30", "run from 1 to 21"),
    ("drug 1 mg on days 8, 1 of every 21 days", "on days 8, 1", "ascend"),
    ("drug 1 mg on days 8-1 of every 21 days", "1", "ascends"),
    ("drug 1 mg b.i.d. on days 1, 8 of every 21 days", "on days 1, 8", "without a gap"),
    ("drug 1 mg/day every 3 weeks", "day", "a dose per day needs"),
    ("drug 1 mg q2-3w", "3", "a unit of time"),
    ("drug 1 mg q.d. + 2 mg q.d.", "2", "the name of a drug"),
    ("drug 1 mg q.d. +", "", "the name of a drug"),
    ("drug 1 mg q.d.\nother 2 mgg q.d.", "mgg", "a unit of dose"),
]


@pytest.mark.parametrize(("text", "until", "dose", "basis", "days"), CALENDARS)
def test_a_text_gives_its_calendar(text, until, dose, basis, days):
    regimen = parse_regimen(text)
    assert (regimen.dose, regimen.basis) == (dose, basis)
    assert dose_times(regimen, until)[0].tolist() == days


@pytest.mark.parametrize("text", [row[0] for row in CALENDARS])
def test_the_canonical_text_parses_back(text):
    regimen = parse_regimen(text)
    assert parse_regimen(regimen_text(regimen)) == regimen


@pytest.mark.parametrize(("text", "word", "reason"), REFUSALS)
def test_a_refusal_points_at_the_word_and_says_what_was_expected(text, word, reason):
    with pytest.raises(RegimenError) as caught:
        parse_regimens(text)
    error = caught.value
    assert text[slice(*error.span)] == word
    assert reason in error.reason
    first, shown, carets = str(error).split("\n")
    assert first == error.reason
    assert shown.strip() in text.replace("\n", " ") + " "
    assert shown[carets.index("^") :].startswith(word)
    assert carets.count("^") == max(len(word), 1)


def test_the_duration_of_an_infusion_is_kept():
    starts, ends = dose_times(parse_regimen("methotrexate 12 g/m^2 over 4 h every 5 weeks x 2"), 999)
    assert ends.tolist() == [float(Fraction(1, 6)), float(35 + Fraction(1, 6))]
    assert starts.tolist() == [0.0, 35.0]


def test_the_place_of_the_drug_is_kept_and_not_compared():
    text = " sorafenib 400 mg b.i.d. + everolimus 5 mg q.d."
    first, second = parse_regimens(text)
    assert text[slice(*first.drug_span)] == "sorafenib"
    assert text[slice(*second.drug_span)] == "everolimus"
    assert first == parse_regimen("sorafenib 400 mg b.i.d.")


@pytest.mark.parametrize(
    "text",
    [
        "a 1 mg q.d. + b 2 mg q.d.",
        "a 1 mg q.d.; b 2 mg q.d.",
        "\na 1 mg q.d.\n\nb 2 mg q.d.\n",
        ["a 1 mg q.d.", "b 2 mg q.d."],
    ],
)
def test_several_regimens_are_read(text):
    assert [(regimen.drug, regimen.dose) for regimen in parse_regimens(text)] == [("a", 1.0), ("b", 2.0)]


def test_a_second_regimen_is_refused_where_one_is_expected():
    with pytest.raises(RegimenError, match="this is the second"):
        parse_regimen("a 1 mg q.d. + b 2 mg q.d.")


@pytest.mark.parametrize("value", [None, 5, ["a 1 mg q.d.", 3], b"a 1 mg q.d."])
def test_what_is_no_text_is_refused(value):
    with pytest.raises(InputError, match="expected a regimen text"):
        parse_regimens(value)


def test_a_very_long_text_is_refused():
    with pytest.raises(RegimenError, match="at most"):
        parse_regimen("a 1 mg q.d. " * 1000)


def test_control_and_direction_characters_are_not_echoed():
    with pytest.raises(RegimenError) as caught:
        parse_regimen("a 1 mg \u202eq.d.\x1b")
    assert all(character.isprintable() or character == "\n" for character in str(caught.value))


def test_phrases_of_a_regimen_are_read_alone():
    assert parse_dose("12 g/m^2") == (12000, "per_m2")
    assert [parse_interval(text) for text in ("8 h", "t.i.d.", "every 8 h", "once")] == [Fraction(1, 3)] * 3 + [None]
    assert [parse_moment(text) for text in ("day 15", "2 weeks")] == [15, 14]


@pytest.mark.parametrize(
    ("parse", "text"), [(parse_dose, "5 mg x"), (parse_dose, "5 mg/day"), (parse_interval, "8"), (parse_moment, "15")]
)
def test_phrases_are_read_to_their_end(parse, text):
    with pytest.raises(RegimenError):
        parse(text)


VOCABULARY = """drug 400 mg g/m^2 mg/kg q.d. bid q 12 h every 3 weeks week on / off 4 2 over from until day days 1 , 8
of for x once + ; - 1e9 continuous iv twice daily cycles doses 0 . ^ ** ² per"""
WORDS = st.sampled_from(VOCABULARY.split())


@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_text_is_understood_completely_or_refused_with_a_caret(text):
    try:
        regimens = parse_regimens(text)
    except RegimenError as error:
        assert "^" in str(error).split("\n")[2]
        assert 0 <= error.span[0] <= len(text)
    else:
        assert all(parse_regimen(regimen_text(regimen)) == regimen for regimen in regimens)
