"""One response criterion per file: a class with its options, under the name `CRITERION`."""
