"""Response criteria as functions of arrays: RECIST 1.1, WHO, Choi, and the minor response of older reports."""
