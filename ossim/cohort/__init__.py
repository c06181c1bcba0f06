"""Virtual patients: distributions and draws."""
