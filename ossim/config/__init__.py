"""From the text of a config to a frozen Scenario or ModelRun, and back: one class for each section."""
