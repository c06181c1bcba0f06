"""From a config to a Dataset: scenario, drugs, trial, results."""
