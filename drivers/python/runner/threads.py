"""Threads that begin a window together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from runner.measure import Running


def run_together(work: Sequence[Callable[[Running], None]], seconds: float) -> Running:
    """One thread for each; returns as all have ended, raises what a thread raised first."""
    barrier = threading.Barrier(len(work) + 1)
    errors: list[BaseException] = []
    begun: list[Running] = []

    def run(worker: Callable[[Running], None]) -> None:
        barrier.wait()
        try:
            worker(begun[0])
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(worker,), daemon=True) for worker in work]
    for thread in threads:
        thread.start()
    begun.append(Running.begin(seconds))
    barrier.wait()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return begun[0]
