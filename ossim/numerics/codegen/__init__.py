"""From a system of pure functions to the text of compiled kernels: stages, methods, Jacobian, layout."""
