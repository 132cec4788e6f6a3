"""Refuses, with an ImportError, a Python that has been told to keep the GIL off.

Free-threaded builds turn the GIL on when they import our compiled modules, unless
`PYTHON_GIL=0` or `-X gil=0` forbids it. A connection's buffers are memory in C
without locks: two threads that use one connection by mistake get an error with
the GIL, and corrupt memory without it.
"""

import sys

# Python 3.13 and newer have it; it is None unless given, and 0 on free-threaded builds only.
if getattr(sys.flags, "gil", None) == 0:
    raise ImportError(
        "pgstride needs the GIL, and PYTHON_GIL=0 or -X gil=0 keeps it off: "
        "without them, importing pgstride turns it on"
    )
