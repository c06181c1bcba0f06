"""The step loop: runs advanced eight at a time, doses, outputs, thresholds, choice of method, devices."""
