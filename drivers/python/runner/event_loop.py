"""The event loop that an asynchronous driver runs on: `options.loop`, uvloop unless it is set."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from runner.job import BadJobError, Job


@dataclass(frozen=True)
class EventLoop:
    """`run` is given the coroutine that is the whole program."""

    name: str
    version: str
    run: Callable[[Coroutine[Any, Any, None]], None]


def _uvloop() -> EventLoop:
    import uvloop  # noqa: PLC0415 not where it is not used

    return EventLoop("uvloop", metadata.version("uvloop"), uvloop.run)


def _asyncio() -> EventLoop:
    return EventLoop("asyncio", platform.python_version(), asyncio.run)


LOOPS = {"uvloop": _uvloop, "asyncio": _asyncio}


def choose(job: Job) -> EventLoop:
    """The loop that the job wants; raises BadJobError for one that is unknown."""
    name = job.options.get("loop", "uvloop")
    if name not in LOOPS:
        raise BadJobError(f"options.loop is {name!r}, expected one of {sorted(LOOPS)}")
    return LOOPS[name]()
