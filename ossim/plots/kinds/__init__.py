"""One kind of figure per file: the function that draws, its table of numbers, and `applies(ds)`."""
