"""SIGINT and SIGTERM: the first one ends a run, and no further one disturbs its end."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def ending_once() -> Iterator[None]:
    """In the block the first signal raises KeyboardInterrupt; later ones are ignored.

    A clean-up that is interrupted leaves servers, containers and schemas
    behind. What SIGINT did before the block it does after it; one that was
    ignored (`nohup`, a background job) stays ignored.
    """
    before = {number: signal.getsignal(number) for number in ENDING}
    for number in ENDING:
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, _end)
    try:
        yield
    finally:
        for number in ENDING:
            signal.signal(number, before[number])


def hold() -> None:
    """Nothing interrupts any more: the run puts things away."""
    # A handler, since what is ignored (SIG_IGN) would be so in child processes too.
    for number in ENDING:
        signal.signal(number, _ignore)


def _end(number: int, frame: FrameType | None) -> None:
    hold()
    raise KeyboardInterrupt


def _ignore(number: int, frame: FrameType | None) -> None:
    return None
