"""Mathematics without biology: compiled kernels, steppers, events, linear pharmacokinetics."""
