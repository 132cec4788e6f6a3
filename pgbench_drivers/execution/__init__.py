"""Running a plan: runner processes, the server's side of a cell, journal, progress.

All effects of a run are here. May import everything below it, never `cli`,
`report` or `export`.
"""
