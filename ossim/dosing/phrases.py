"""The phrases a regimen text is made of: a dose, a time, how often, days of a cycle, a moment."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from types import MappingProxyType

from ossim.dosing.tokens import RegimenError, Token, tokenize
from ossim.errors import nearest
from ossim.units import unit_factor

DAY = Fraction(1)
OFTEN = MappingProxyType(
    {
        **dict.fromkeys(("qd", "od", "daily"), DAY),
        **dict.fromkeys(("bid", "bd"), DAY / 2),
        **dict.fromkeys(("tid", "tds"), DAY / 3),
        "qid": DAY / 4,
        "qod": 2 * DAY,
        **dict.fromkeys(("qw", "weekly"), 7 * DAY),
        "monthly": unit_factor("month", "time"),
    }
)
TIMES_A_DAY = MappingProxyType({"once": 1, "twice": 2, "thrice": 3, "three": 3, "four": 4})
EVERY = ("every", "each", "q")
DAYS = ("day", "days", "d")
COUNTED = MappingProxyType({"cycle": "cycles", "cycles": "cycles", "dose": "n_doses", "doses": "n_doses"})
MASS_WORDS = ("mg", "g", "ug", "mcg", "ng")
TIME_WORDS = (
    *("s", "sec", "second", "seconds", "min", "mins", "minute", "minutes", "h", "hr", "hrs", "hour", "hours"),
    *(
        "d",
        "day",
        "days",
        "w",
        "wk",
        "wks",
        "week",
        "weeks",
        "mo",
        "month",
        "months",
        "y",
        "yr",
        "yrs",
        "year",
        "years",
    ),
)
_MOST_DOSE_DAYS = 1000
_TIME = "a time with a unit, such as '12 h' or '3 weeks'"
_A_DAY = "'daily' or 'a day'"


class Reader:
    """The tokens of one text and the place reached; each method reads one phrase or raises `RegimenError`."""

    def __init__(self, text: str, *, drug: bool):
        self.text = text
        self.tokens = tokenize(text, drug=drug)
        self.at = 0

    def peek(self, ahead: int = 0) -> Token:
        """Return a token that is still to be read."""
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        """Return the next token and go past it."""
        token = self.peek()
        self.at += 1
        return token

    def takes(self, *words: str) -> Token | None:
        """Go past the next token if it is one of `words`."""
        return self.take() if self.peek().kind in ("word", "sign") and self.peek().text in words else None

    def since(self, first: Token) -> tuple[int, int]:
        """Return the place of everything read from `first` on."""
        return first.start, self.tokens[self.at - 1].stop

    def expected(self, what: str, choices: Iterable[str] = (), *, token: Token | None = None) -> RegimenError:
        """Return the error for a token (the next one) that is not `what`, with the nearest of `choices`."""
        token = token or self.peek()
        found = self.text[token.start : token.stop].strip()
        hint = nearest(token.text, choices) if token.kind == "word" else ""
        seen = (
            f"not '{found}'" if found else "but the text ends here" if token.kind == "end" else "but the line ends here"
        )
        return RegimenError(
            self.text, (token.start, max(token.stop, token.start + 1)), f"expected {what}, {seen}{hint}"
        )

    def finish(self) -> None:
        """Refuse whatever is left."""
        if self.peek().kind != "end":
            raise self.expected("nothing more")

    def dose(self) -> tuple[Fraction, str, Token | None]:
        """Read ``12 g/m^2``: amount in mg, basis, and the word 'day' where the dose is one per day."""
        if self.peek().text == "-":
            raise self.expected("a dose above zero")
        if self.peek().kind != "number":
            raise self.expected("a dose with a unit, such as '400 mg'")
        number = self.take()
        if self.peek().kind != "word" or self.peek().text not in MASS_WORDS:
            raise self.expected("a unit of dose (mg, g, ug, ng)", MASS_WORDS)
        amount = Fraction(number.text) * unit_factor(self.take().text, "dose")
        if amount == 0:
            raise self.expected("a dose above zero", token=number)
        basis, daily = None, None
        while self.takes("/", "per"):
            place = self.peek()
            if daily is None and self.takes("day", "d"):
                daily = place
            elif basis is None and self.takes("kg"):
                basis = "per_kg"
            elif basis is None and self._square_meter():
                basis = "per_m2"
            else:
                raise self.expected("m^2, kg or day", ("m^2", "kg", "day"))
        return amount, basis or "absolute", daily

    def _square_meter(self) -> bool:
        if self.peek().text == "sqm":
            self.take()
            return True
        if self.peek().text != "m":
            return False
        self.take()
        if self.takes("²"):
            return True
        self.takes("^", "**")
        if self.peek().text != "2" or self.peek().start != self.tokens[self.at - 1].stop:
            raise self.expected("m^2")
        self.take()
        return True

    def unit_of_time(self) -> Fraction:
        """Read ``weeks`` and return its length [day]."""
        if self.peek().kind != "word" or self.peek().text not in TIME_WORDS:
            raise self.expected("a unit of time (day, week, month, h, min)", TIME_WORDS)
        return unit_factor(self.take().text, "time")

    def number(self, what: str = _TIME) -> Fraction:
        """Read a decimal number or a fraction of two whole numbers, ``1/7``."""
        if self.peek().kind != "number":
            raise self.expected(what)
        number = Fraction(self.take().text)
        if self.peek().text == "/" and self.peek(1).kind == "number" and Fraction(self.peek(1).text):
            self.take()
            number /= Fraction(self.take().text)
        return number

    def time(self) -> Fraction:
        """Read ``12 h`` or ``21-day`` and return it [day]."""
        number = self.number()
        self.takes("-")
        return number * self.unit_of_time()

    def whole(self) -> int:
        """Read a whole number from 1."""
        token = self.peek()
        if token.kind != "number" or not token.text.isdecimal() or int(token.text) < 1:
            raise self.expected("a whole number from 1")
        return int(self.take().text)

    def moment(self) -> Fraction:
        """Read ``day 15`` or ``2 weeks``: time since the start of treatment [day]."""
        if self.takes("day", "d"):
            return self.number("the number of the day")
        if self.peek().kind != "number":
            raise self.expected("a moment, such as 'day 15' or '2 weeks'", ("day",))
        return self.time()

    def is_often(self) -> bool:
        """Whether the next word says how often."""
        return self.peek().kind == "word" and self.peek().text in (*OFTEN, *TIMES_A_DAY, *EVERY)

    def often(self) -> Fraction | None:
        """Read ``b.i.d.``, ``every 3 weeks`` or ``once``: time from dose to dose [day], None for a single one."""
        if not self.is_often():
            raise self.expected(
                "how often, such as q.d., b.i.d., every 3 weeks or once", (*OFTEN, *TIMES_A_DAY, *EVERY)
            )
        word = self.take().text
        if word in OFTEN:
            return OFTEN[word]
        if word in EVERY:
            return self._every()
        if word in ("three", "four") and not self.takes("times"):
            raise self.expected("'times'", ("times",))
        if word == "once" and self.takes(*EVERY):
            return self._every()
        if word == "once" and self.peek().text in ("daily", "weekly", "monthly"):
            return OFTEN[self.take().text]
        if word == "once" and not self.takes("a", "per"):
            return None
        return self.unit_of_time() if word == "once" else self.a_day(TIMES_A_DAY[word])

    def a_day(self, times: int) -> Fraction:
        """Read ``daily`` or ``a day`` after a number of times."""
        if self.takes("daily"):
            return DAY / times
        if not self.takes("a", "per", *EVERY) or not self.takes("day"):
            raise self.expected(_A_DAY, ("daily", "day"))
        return DAY / times

    def _every(self) -> Fraction:
        if self.takes("other"):
            return 2 * self.unit_of_time()
        return self.time() if self.peek().kind == "number" else self.unit_of_time()

    def days(self) -> tuple[int, ...]:
        """Read ``days 1-3, 8`` with or without ``on``."""
        self.takes("on")
        if not self.takes(*DAYS):
            raise self.expected("'days'", DAYS)
        listed = []
        while True:
            first = self.whole()
            last = self.whole() if self.takes("-") else first
            if last < first or last - first > _MOST_DOSE_DAYS:
                raise self.expected("a range of days that ascends", token=self.tokens[self.at - 1])
            listed += range(first, last + 1)
            comma = self.peek().text in (",", "and", "&")
            ahead = 2 if comma and self.peek(1).text == "and" else 1
            ends = self.peek(ahead + 1).text in (*TIME_WORDS, *COUNTED, "/", "times")
            if not comma or self.peek(ahead).kind != "number" or ends:
                return tuple(listed)
            self.at += ahead
