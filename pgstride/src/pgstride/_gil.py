"""Refuses, with an ImportError, a Python that has been told to keep the GIL off.

Free-threaded builds turn the GIL on when they import our compiled modules, unless
`PYTHON_GIL=0` or `-X gil=0` forbids it. A connection's buffers are memory in C
without locks: two threads that use one connection by mistake take turns with the
GIL, and corrupt it without.
"""

import sys

# New in 3.13; 0 on free-threaded builds only, and only where it was asked for.
if getattr(sys.flags, "gil", None) == 0:
    raise ImportError(
        "pgstride needs the GIL, and PYTHON_GIL=0 or -X gil=0 keeps it off: "
        "without them, importing pgstride turns it on"
    )
