"""Sections of YAML files: the text with its lines, the class that checks, keeps and writes a section, its faults.

Configs, options of strategies, criteria, endpoints and figures, and the files of the catalogue are all made of
sections, so that each is checked by the same rules and a fault reads the same everywhere.
"""
