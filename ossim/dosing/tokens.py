"""Words, numbers and signs of a regimen text with their places, and the error that points at one of them."""

from __future__ import annotations

import re
from typing import NamedTuple

from ossim.errors import LONGEST_LINE, InputError, shorten

LONGEST_TEXT = 2000
SEPARATORS = ("+", ";", "\n")
_TOKEN = re.compile(
    r"""(?P<space>[^\S\n]+)
      | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,3}(?!\d))?)
      | (?P<word>(?:[A-Za-zµμ]\.)+[A-Za-z]?(?![A-Za-z])|[A-Za-zµμ]+\.?)
      | (?P<sign>\*\*|[-+*/^,;&²³×\n])""",
    re.VERBOSE | re.ASCII,
)
_DRUG = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*", re.ASCII)
_SPELLING = str.maketrans({"µ": "u", "μ": "u", ".": None})


class RegimenError(InputError):
    """A regimen text that cannot be read: the reason, the text, and a caret line under the offending word.

    Attributes
    ----------
    text : the whole text
    span : first and last-plus-one character of the offending word
    reason : the sentence, without text and carets
    """

    def __init__(self, text: str, span: tuple[int, int], reason: str):
        self.text, self.span, self.reason = text, span, reason
        first = text.rfind("\n", 0, span[0]) + 1
        last = text.find("\n", span[0])
        line = text[first : last if last >= 0 else len(text)]
        shown = "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in line)
        carets = " " * (span[0] - first) + "^" * max(min(span[1], first + len(line)) - span[0], 1)
        super().__init__(f"{reason}\n  {shown}\n  {carets}")

    def brief(self, number: int = 0) -> str:
        """Return the text and the reason in one line, with the word where reading stopped."""
        word = self.text[slice(*self.span)]
        message = self.reason if not word.strip() or word in self.reason else f"{self.reason}, not '{word}'"
        return shorten(f"'{shorten(self.text)}': {message}", LONGEST_LINE)


class Token(NamedTuple):
    """One word, number or sign: kind ('drug', 'word', 'number', 'sign' or 'end'), lower-case text, place."""

    kind: str
    text: str
    start: int
    stop: int

    @property
    def span(self) -> tuple[int, int]:
        """First and last-plus-one character."""
        return self.start, self.stop


def tokenize(text: str, *, drug: bool = True) -> list[Token]:
    """Return the tokens of `text`; where `drug`, the word at the beginning and after each separator is a drug.

    Raises
    ------
    RegimenError
        At the first character that belongs to no word, number or sign.
    """
    if len(text) > LONGEST_TEXT:
        raise RegimenError(text[:60], (0, 60), f"a regimen text has at most {LONGEST_TEXT} characters")
    tokens: list[Token] = []
    position, drug_next = 0, drug
    while position < len(text):
        name = _DRUG.match(text, position) if drug_next else None
        match = name or _TOKEN.match(text, position)
        if match is None:
            raise RegimenError(text, (position, position + 1), f"unexpected character {text[position]!a}")
        kind, found, position = "drug" if name else match.lastgroup, match.group(), match.end()
        if kind == "space":
            continue
        drug_next = drug and found in SEPARATORS
        lowered = found.lower().translate(_SPELLING) if kind == "word" else found
        tokens.append(Token(kind, lowered, *match.span()))
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens
