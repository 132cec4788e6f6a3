"""A process's peak of memory, kept although the process may end at any time."""

from __future__ import annotations

import threading

from pgbench_drivers.execution import proc

SECONDS_BETWEEN_LOOKS = 0.002


class PeakMemory:
    """Looks at a process again and again until told to stop: a peak ends with its process.

    Only for steps in which no time is measured.
    """

    def __init__(self) -> None:
        self._kib: int | None = None
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, pid: int) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._look, args=(pid,), daemon=True)
        self._thread.start()

    def stop(self) -> int | None:
        """The largest resident size that was seen, in KiB."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        return self._kib

    def _look(self, pid: int) -> None:
        while True:
            last = self._stopped.is_set()
            found = proc.peak_memory_kib(pid)
            self._kib = self._kib if found is None else found
            if last or found is None:
                return
            self._stopped.wait(SECONDS_BETWEEN_LOOKS)
