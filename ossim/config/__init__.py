"""From the text of a config to a frozen Scenario or ModelRun, and back: one class for each section."""

from ossim.config.model_run import ModelRun
from ossim.config.scenario import json_schema, load, loads
from ossim.config.trial import Scenario

__all__ = ["ModelRun", "Scenario", "json_schema", "load", "loads"]
