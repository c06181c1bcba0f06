"""One virtual trial: arms on the same patients, visits, treatment lines, exposure, and the Dataset they fill."""
