"""Pure functions from result documents to figures, intervals, comparisons and verdicts.

May import `results` and `errors` only; SciPy and NumPy do the mathematics.
"""
