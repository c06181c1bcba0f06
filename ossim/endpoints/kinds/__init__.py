"""One endpoint per file: a function of a trial Dataset with the name of its file."""
