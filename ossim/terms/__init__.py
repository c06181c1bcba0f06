"""Rate laws, one published law per function."""
