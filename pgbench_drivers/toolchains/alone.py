"""One process at a time installs and builds."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator

from pgbench_drivers.paths import TOOLCHAINS as TOOLCHAINS_DIRECTORY
from pgbench_drivers.toolchains.base import Say

LOCK_NAME = ".lock"


@contextlib.contextmanager
def alone(say: Say) -> Iterator[None]:
    """Wait, and say so, while another process prepares runners; then keep others waiting.

    Environments are made in place: one that is half made looks broken to
    whoever else wants it.
    """
    TOOLCHAINS_DIRECTORY.mkdir(parents=True, exist_ok=True)
    with (TOOLCHAINS_DIRECTORY / LOCK_NAME).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another process is preparing runners: waiting for it to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
