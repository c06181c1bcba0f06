"""Published models, one per file: a `MODEL` declared in symbols; its numbers are in `ossim/data/models`."""
