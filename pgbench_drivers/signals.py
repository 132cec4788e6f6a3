"""SIGINT and SIGTERM end a run, and do not disturb its end."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM)

_asked = False


@contextlib.contextmanager
def ending() -> Iterator[None]:
    """In the block both signals raise KeyboardInterrupt, until `hold` is called.

    One that was ignored before (`nohup`, a background job) stays ignored.
    """
    global _asked  # noqa: PLW0603 signal handlers belong to the process as well
    _asked = False
    before = {number: signal.getsignal(number) for number in ENDING}
    for number in ENDING:
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, _end)
    try:
        yield
    finally:
        for number in ENDING:
            signal.signal(number, before[number])


def check() -> None:
    """Raise KeyboardInterrupt if a signal came and its exception was lost.

    Python drops exceptions in fork hooks and destructors, and logging's hook
    runs at every start of a runner.
    """
    if _asked:
        raise KeyboardInterrupt


def hold() -> None:
    """No signal interrupts any more: a clean-up that is interrupted leaves things behind."""
    # A handler, since what is ignored (SIG_IGN) would be so in child processes too.
    for number in ENDING:
        signal.signal(number, _ignore)


def _end(number: int, frame: FrameType | None) -> None:
    global _asked  # noqa: PLW0603
    _asked = True
    raise KeyboardInterrupt


def _ignore(number: int, frame: FrameType | None) -> None:
    return None
