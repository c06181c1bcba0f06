"""Simulate treatment of osteosarcoma: tumor, vessels, drugs, resistance, trials (research use only)."""

__version__ = "0.1.0"
