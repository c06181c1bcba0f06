"""One strategy per file: a class with its options, under the name `STRATEGY`."""
