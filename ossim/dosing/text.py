"""Regimens as a clinician writes them: ``sunitinib 50 mg q.d., 4 weeks on / 2 weeks off`` -> `Regimen`.

Grammar; letter case and spacing are free, abbreviations stand with or without dots, clauses in any order with or
without commas between them. `T` is a number with a unit of time, `n` a whole number::

    regimens = regimen { ("+" | ";" | newline) regimen }
    regimen  = drug dose { [","] clause }
    dose     = number mass { ("/" | "per") ("m^2" | "kg" | "day") }
    clause   = often | days | on_off | "over" T | ("from" | "start") moment | ("until" | "stop") moment
             | "for" (T | n counted) | "x" n [counted] | n counted | route | "bolus" | "continuous"
    often    = "q.d." | "b.i.d." | "t.i.d." | "q.i.d." | "q.o.d." | "q.w." | "daily" | "weekly" | "monthly" | "once"
             | ("once" | "twice" | n "times") ("daily" | "a day") | ("every" | "q") (T | ["other"] unit)
    days     = ["on"] "days" n ["-" n] { "," n ["-" n] } ["of" ["every"] T ["cycle"]]
    on_off   = T "on" ["/" | "," | "then"] (T | number) "off"
    moment   = "day" number | T
    counted  = "cycles" | "doses"

``from day 15`` is the moment 15 days after the start of treatment (day 0); ``days 1, 2 of every 5 weeks`` counts the
days of a cycle from 1. ``x 6`` means six cycles where the text has cycles, otherwise six doses. A dose per day is
divided among the doses of that day; given over more than a day it is multiplied by the length of the infusion.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from types import MappingProxyType

from ossim.dosing.phrases import COUNTED, DAY, DAYS, EVERY, OFTEN, TIMES_A_DAY, Reader
from ossim.dosing.regimen import Regimen
from ossim.dosing.tokens import SEPARATORS, RegimenError, Token
from ossim.errors import InputError

ROUTE_WORDS = MappingProxyType(
    {
        **dict.fromkeys(("oral", "orally", "po"), "oral"),
        **dict.fromkeys(("iv", "intravenous", "intravenously"), "iv"),
        **dict.fromkeys(("sc", "subcutaneous", "subcutaneously"), "sc"),
        **dict.fromkeys(("im", "intramuscular", "intramuscularly"), "im"),
        **dict.fromkeys(("ip", "intraperitoneal", "intraperitoneally"), "ip"),
    }
)
START_WORDS, STOP_WORDS = ("from", "start", "starts", "starting"), ("until", "till", "stop", "stopping")
CONTINUOUS_WORDS = ("continuous", "continuously")
_VOCABULARY = (*OFTEN, *TIMES_A_DAY, *EVERY, *DAYS, *ROUTE_WORDS, *START_WORDS, *STOP_WORDS, *CONTINUOUS_WORDS)
_VOCABULARY += ("over", "on", "for", "x", "bolus")
_CLAUSE = "a schedule word, such as q.d., every, over, on days, from, until, for, x"
_ASK_OFTEN = "how often, such as q.d., b.i.d., every 3 weeks or once"
_ASK_ON_OFF = "'on' as in '4 weeks on / 2 weeks off'"


def parse_regimen(text: str) -> Regimen:
    """Return the one regimen that `text` prescribes; every character of it is understood or refused.

    Raises
    ------
    RegimenError
        With the text, a caret line under the offending word and what was expected there.
    """
    regimens = parse_regimens(_text(text))
    if len(regimens) > 1:
        raise RegimenError(text, regimens[1].drug_span, "expected one regimen, this is the second")
    return regimens[0]


def parse_regimens(text: str | Iterable[str]) -> tuple[Regimen, ...]:
    """Return the regimens of a text, separated by ``+``, ``;`` or new lines, or of a list of such texts.

    Raises
    ------
    RegimenError
        As `parse_regimen`.
    """
    if not isinstance(text, str):
        if not isinstance(text, Iterable):
            _text(text)
        return tuple(regimen for one in text for regimen in parse_regimens(_text(one)))
    reader = Reader(text, drug=True)
    while reader.takes("\n"):
        pass
    regimens = []
    while True:
        regimens.append(_regimen(reader))
        separator = reader.takes(*SEPARATORS)
        while reader.takes("\n"):
            pass
        if separator is None or (separator.text == "\n" and reader.peek().kind == "end"):
            return tuple(regimens)


def parse_dose(text: str) -> tuple[Fraction, str]:
    """Return amount and basis of a dose: ``"12 g/m^2"`` is 12000 mg, ``'per_m2'``."""
    reader = Reader(_text(text), drug=False)
    amount, basis, daily = reader.dose()
    if daily:
        raise reader.expected("a dose without 'per day' (say how often instead)", token=daily)
    reader.finish()
    return amount, basis


def parse_interval(text: str) -> Fraction | None:
    """Return the time between doses [day] of ``"12 h"``, ``"b.i.d."`` or ``"every 3 weeks"``; None for ``"once"``."""
    reader = Reader(_text(text), drug=False)
    interval = reader.time() if reader.peek().kind == "number" else reader.often()
    reader.finish()
    return interval


def parse_moment(text: str) -> Fraction:
    """Return the time since the start of treatment [day] of ``"day 15"`` or ``"2 weeks"``."""
    reader = Reader(_text(text), drug=False)
    moment = reader.moment()
    reader.finish()
    return moment


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise InputError(f"expected a regimen text such as 'sorafenib 400 mg b.i.d.', got {text!r:.60}")
    return text


def _regimen(reader: Reader) -> Regimen:
    """Read drug, dose and clauses up to a separator or the end, and put them together."""
    if reader.peek().kind != "drug":
        raise reader.expected("the name of a drug")
    drug = reader.take()
    first = reader.peek()
    dose = reader.dose()
    clauses = _Clauses(reader)
    clauses.spans["dose"] = reader.since(first)
    while reader.peek().kind != "end" and reader.peek().text not in SEPARATORS:
        reader.takes(",")
        clauses.read()
    fields = clauses.fields(*dose)
    try:
        return Regimen(reader.text[drug.start : drug.stop], **fields, drug_span=drug.span)
    except InputError as error:
        fault = error.faults[0]
        raise RegimenError(reader.text, clauses.spans.get(fault.key, drug.span), fault.message) from None


class _Clauses:
    """What the clauses of one regimen said, by field of `Regimen`, with their places."""

    def __init__(self, reader: Reader):
        self.reader = reader
        self.said: dict[str, object] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self.intervals: list[tuple[Fraction | None, tuple[int, int]]] = []
        self.period: Fraction | None = None

    def read(self) -> None:
        """Read one clause."""
        reader, first = self.reader, self.reader.peek()
        if reader.is_often():
            self._interval(first, reader.often())
        elif first.kind == "number":
            self._number(first)
        elif first.text in ("on", *DAYS):
            self._days(first)
        elif reader.takes("over"):
            self._say(first, duration=reader.time())
        elif reader.takes(*START_WORDS):
            reader.takes("at", "on", "from")
            self._say(first, start=reader.moment())
        elif reader.takes(*STOP_WORDS):
            reader.takes("at", "on")
            self._say(first, stop=reader.moment())
        elif reader.takes("for"):
            self._for(first)
        elif reader.takes("x", "×", "*"):
            count = reader.whole()
            self._say(first, **{self._counted() or "count": count})
        elif first.kind == "word" and first.text in ROUTE_WORDS:
            self._say(first, route=ROUTE_WORDS[reader.take().text])
        elif reader.takes("bolus"):
            self._say(first, duration=Fraction(0))
        elif reader.takes(*CONTINUOUS_WORDS):
            self._say(first, days_on=None, days_off=None)
        else:
            raise reader.expected(_CLAUSE, _VOCABULARY)

    def _say(self, first: Token, **fields: object) -> None:
        span = self.reader.since(first)
        for name, value in fields.items():
            if name in self.said:
                earlier = self.reader.text[slice(*self.spans[name])]
                raise RegimenError(self.reader.text, span, f"this was already said by '{earlier}'")
            self.said[name], self.spans[name] = value, span

    def _interval(self, first: Token, interval: Fraction | None) -> None:
        self.intervals.append((interval, self.reader.since(first)))

    def _counted(self) -> str | None:
        return COUNTED[self.reader.take().text] if self.reader.peek().text in COUNTED else None

    def _number(self, first: Token) -> None:
        """Read ``4 weeks on / 2 weeks off``, ``6 cycles`` or ``3 times a day``."""
        reader, word = self.reader, self.reader.peek(1).text
        if word in COUNTED:
            count = reader.whole()
            return self._say(first, **{self._counted(): count})
        if word == "times":
            times = reader.whole()
            reader.take()
            return self._interval(first, reader.a_day(times))
        if word == "/" and reader.peek(4).text != "on":
            raise reader.expected("a clause such as '4 weeks on / 2 weeks off'")
        on = reader.number()
        unit = reader.unit_of_time()
        if not reader.takes("on"):
            raise reader.expected(_ASK_ON_OFF, ("on",))
        reader.takes("/", ",", "then", "and")
        off = reader.number("the time off, such as '2 weeks off'")
        off *= unit if reader.peek().text == "off" else reader.unit_of_time()
        if not reader.takes("off"):
            raise reader.expected("'off'", ("off",))
        return self._say(first, days_on=on * unit, days_off=off)

    def _days(self, first: Token) -> None:
        self._say(first, dose_days=self.reader.days())
        if self.reader.takes("of"):
            self.reader.takes("every", "each", "a")
            single = self.reader.peek().kind == "word"
            self.period = self.reader.unit_of_time() if single else self.reader.time()
            self.reader.takes("cycle", "cycles")
            self.spans["period"] = self.spans["interval"] = self.reader.since(first)

    def _for(self, first: Token) -> None:
        if self.reader.peek(1).text in COUNTED:
            count = self.reader.whole()
            return self._say(first, **{self._counted(): count})
        length = self.reader.time()
        return self._say(first, stop=length, relative=True)

    def fields(self, amount: Fraction, basis: str, daily: Token | None) -> dict[str, object]:
        """Return the fields of the regimen that these clauses and a dose make together."""
        said = self.said
        if said.pop("relative", False):
            said["stop"] += said.get("start", Fraction(0))
        if said.get("dose_days"):
            self._dose_days()
        else:
            self._only_interval(daily)
        if "count" in said:
            cyclic = said.get("dose_days") or said.get("days_on")
            name = "cycles" if cyclic else "n_doses"
            if name in said:
                raise RegimenError(self.reader.text, self.spans["count"], "the number of doses is given twice")
            said[name], self.spans[name] = said.pop("count"), self.spans["count"]
        if daily:
            amount *= self._share_of_day(daily)
        return {"dose": amount, "basis": basis, **said}

    def _only_interval(self, daily: Token | None) -> None:
        over = self.said.get("duration", 0)
        if not self.intervals and daily and over <= DAY:
            self.said["interval"] = DAY
        elif not self.intervals:
            raise self.reader.expected(_ASK_OFTEN)
        elif len(self.intervals) > 1:
            earlier = self.reader.text[slice(*self.intervals[0][1])]
            raise RegimenError(self.reader.text, self.intervals[1][1], f"how often was already said by '{earlier}'")
        else:
            self.said["interval"], self.spans["interval"] = self.intervals[0]

    def _dose_days(self) -> None:
        """Settle the length of the cycle, and several doses a day on its first days."""
        text, span, days = self.reader.text, self.spans["dose_days"], self.said["dose_days"]
        often = [*self.intervals] + ([(self.period, self.spans["period"])] if self.period is not None else [])
        if not often or any(interval is None for interval, _ in often):
            raise RegimenError(text, span, "days of a cycle need its length, such as 'days 1, 8 of every 21 days'")
        (period, place), *rest = sorted(often, key=lambda entry: -entry[0])
        if len(rest) > 1 or any(interval > DAY for interval, _ in rest):
            raise RegimenError(text, rest[0][1], "how often was already said by the days of the cycle")
        self.said["interval"], self.spans["interval"] = period, place
        if rest and rest[0][0] < DAY:
            if days != tuple(range(1, len(days) + 1)) or len(days) > period:
                raise RegimenError(text, span, "several doses a day need days 1, 2, 3 ... without a gap")
            fresh = {"days_on": Fraction(len(days)), "days_off": period - len(days)}
            if fresh.keys() & self.said.keys():
                raise RegimenError(text, span, "the days of the cycle were already said")
            self.said.update(fresh, interval=rest[0][0])
            self.spans.update(dict.fromkeys(fresh, span), interval=rest[0][1])
            del self.said["dose_days"]

    def _share_of_day(self, daily: Token) -> Fraction:
        """Return how many days' worth of a dose per day one administration is."""
        interval, over = self.said["interval"], self.said.get("duration", Fraction(0))
        if over > DAY:
            return over
        if self.said.get("dose_days") or over == DAY:
            return DAY
        if interval is None or interval > DAY:
            reason = "a dose per day needs q.d., the days of a cycle, or an infusion over a day or more"
            raise RegimenError(self.reader.text, daily.span, reason)
        return interval
