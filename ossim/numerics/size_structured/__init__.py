"""Populations structured by size: renewal equation, counts and burden, Malthus rate, finite volumes as a check.

Individuals (metastases) are born at one size, grow by one law and seed others at a rate that is a power of their size.
"""
