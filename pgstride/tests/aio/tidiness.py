"""Runs a coroutine in a loop of each kind, and sees to it that nothing is left behind."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

try:
    import uvloop
except ImportError:  # not on every platform
    LOOPS = {"asyncio": asyncio.new_event_loop}
else:
    LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}

each_loop = pytest.mark.parametrize("loop_factory", LOOPS.values(), ids=LOOPS)

Check = Callable[[], Coroutine[Any, Any, None]]


def run_tidily(
    loop_factory: Callable[[], asyncio.AbstractEventLoop], main: Check, seconds: float = 100
) -> None:
    """Run `main`; afterwards there is no task, pending future or socket more than before.

    The loop's exception handler, which is told of exceptions that nobody has
    retrieved, must not have been called.
    """
    gc.collect()
    complaints: list[dict[str, Any]] = []
    loop = loop_factory()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    sockets = open_sockets()
    try:
        task = loop.create_task(main())
        loop.call_later(seconds, task.cancel)
        loop.run_until_complete(task)
        loop.run_until_complete(nothing_left())
        gc.collect()
        loop.run_until_complete(asyncio.sleep(0))
        left = pending_futures(loop)
        assert not left, left
        # Counted while the loop does not run, which has sockets of its own; a
        # proxy's thread closes its sockets in its own time.
        deadline = loop.time() + 5.0
        while open_sockets() > sockets and loop.time() < deadline:
            loop.run_until_complete(asyncio.sleep(0.005))
        assert open_sockets() <= sockets
    finally:
        loop.close()
    assert not complaints, complaints


async def nothing_left(seconds: float = 5.0) -> None:
    """Wait until no task but this one runs."""
    deadline = asyncio.get_running_loop().time() + seconds
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        assert asyncio.get_running_loop().time() < deadline, f"tasks are left: {others}"
        await asyncio.sleep(0.005)


def pending_futures(loop: asyncio.AbstractEventLoop) -> list[asyncio.Future[Any]]:
    """Futures and tasks of the loop's that somebody still refers to and nobody has ended.

    Others run in other threads, such as those of a proxy, and end when they like.
    """
    return [
        found
        for found in gc.get_objects()
        if isinstance(found, asyncio.Future) and found.get_loop() is loop and not found.done()
    ]


def open_sockets() -> int:
    """The number of this process's sockets (0 where the system does not tell)."""
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        return 0
    return sum(target(entry).startswith("socket:") for entry in descriptors.iterdir())


def target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # the descriptor of the listing itself
        return ""
