"""Everything that ships keeps the contract of its kind, by the check that a user calls on theirs."""

import pytest

from ossim.errors import InputError
from ossim.testing import check, registered


@pytest.mark.parametrize(("kind", "name"), registered())
def test_extension_keeps_its_contract(kind, name):
    check(kind, name)


def test_kinds_and_names_that_are_not_there_are_refused():
    with pytest.raises(InputError, match="did you mean 'strategy'"):
        check("strateg", "fixed")
    with pytest.raises(InputError, match="did you mean 'fixed'"):
        check("strategy", "fixd")
