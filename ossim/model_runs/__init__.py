"""One run of a model of the catalogue: ordinary differential equations, fields in space, metastases by size."""
