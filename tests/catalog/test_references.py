"""References: complete, resolvable, and honest about a missing DOI."""

import re

import pytest

from ossim import errors
from ossim.catalog import reference, references

DOI = re.compile(r"10\.\d{4,9}/\S+")


@pytest.mark.parametrize("key", references())
def test_reference_has_a_doi_or_says_why_not(key):
    entry = reference(key)
    assert entry.authors
    assert entry.title
    assert DOI.fullmatch(entry.doi) if entry.doi else entry.note


def test_dois_are_not_shared():
    dois = [reference(key).doi.lower() for key in references() if reference(key).doi]
    assert len(dois) == len(set(dois))


def test_review():
    assert reference("xie2017").doi == "10.3892/or.2017.5735"


def test_reference_prints_its_doi():
    assert str(reference("jain2011")).endswith("doi:10.1111/j.1365-2125.2011.03963.x")


def test_unknown_reference_names_the_nearest():
    with pytest.raises(errors.UnknownNameError, match="did you mean 'xie2017'"):
        reference("xie2018")
