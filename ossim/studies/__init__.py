"""Sweeps: designs and their runs."""
