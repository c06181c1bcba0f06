"""Eight doubles as one value: the vector type, elementary functions, and the cache of compiled code."""
