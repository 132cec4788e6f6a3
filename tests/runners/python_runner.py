"""The Python runner's own modules, for tests that run parts of it in this process."""

import sys

from pgbench_drivers.paths import DRIVERS

sys.path.insert(0, str(DRIVERS / "python"))

from runner import closed_loop, open_loop
from runner.job import Arrivals
from runner.measure import ClosedLog, OpenLog, WindowResult
from runner.schedule import due_times, splitmix64

__all__ = [
    "Arrivals",
    "ClosedLog",
    "OpenLog",
    "WindowResult",
    "closed_loop",
    "due_times",
    "open_loop",
    "splitmix64",
]
