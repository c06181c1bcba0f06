"""The contract of an endpoint: its names, its options, its statistics, and the value of each arm of a trial."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ossim.sections.base import Section

if TYPE_CHECKING:
    import xarray as xr

RATE, MEDIAN, RESTRICTED_MEAN = "rate", "median", "restricted_mean"


class Estimate(NamedTuple):
    """The value of a statistic in every arm and its Monte Carlo standard error; shape (n_arms,) each."""

    value: NDArray[np.float64]
    error: NDArray[np.float64]


class Alias(NamedTuple):
    """What another name of an outcome stands for: a statistic of the endpoint, with options."""

    statistic: str
    options: Mapping[str, Any] = MappingProxyType({})


class Endpoint(ABC):
    """What is read off a trial.

    An endpoint is a file that derives a class and calls it `ENDPOINT`; its name is that of the file. Its `Options` are
    a `Section`: the keys that an outcome of a config may hold beside its name.

    Attributes
    ----------
    title : the endpoint for people
    words : other names, as tables print them: PFS, ORR
    statistics : statistic -> whether it needs a time; the first is meant where none is named
    unit : statistic -> unit of its value, "1" for shares, "day" for times
    aliases : name of an outcome, in a published trial or an older config -> what it stands for
    """

    Options: ClassVar[type[Section]] = Section
    title: ClassVar[str]
    words: ClassVar[tuple[str, ...]] = ()
    statistics: ClassVar[Mapping[str, bool]]
    unit: ClassVar[Mapping[str, str]]
    aliases: ClassVar[Mapping[str, Alias]] = MappingProxyType({})

    @abstractmethod
    def estimate(
        self, ds: xr.Dataset, statistic: str, time: float | None, options: Any, failed: str = "raise"
    ) -> Estimate:
        """Return a statistic of every arm.

        Parameters
        ----------
        ds : trial Dataset
        statistic : one of `statistics`
        time : of a statistic that needs one [day]
        options : an instance of `Options`
        failed : "raise" or "exclude" runs whose status is not ok
        """


class ShareOptions(Section):
    """Options of a share of patients."""

    line: int = Field(default=0, ge=0, description="treatment line, 0 is the first")
