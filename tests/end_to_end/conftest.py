"""The real command, as a user types it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

COMMAND = [sys.executable, "-m", "pgbench_drivers"]
TIMEOUT_SECONDS = 240


def bench(*arguments: object, timeout: float = TIMEOUT_SECONDS) -> subprocess.CompletedProcess:
    """Run `pgbench-drivers …` to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def start(*arguments: object) -> subprocess.Popen[str]:
    """Start `pgbench-drivers …` in a session of its own."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_interruptible,  # noqa: PLW1509 one system call only
    )


def _interruptible() -> None:
    """As from a terminal: in a background job SIGINT is ignored, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def started_run(
    directory: Path, *, server: str = "embedded", steps: int = 1
) -> tuple[subprocess.Popen[str], list[int]]:
    """A run of 20 rounds of which `steps` steps are on disk already, and its processes."""
    process = start(
        "run", "-d", "asyncpg", "-q", "one_plus_one", "--warmup", "0", "--duration", "60",
        "--rounds", "20", "--server", server, "-o", directory,
    )  # fmt: skip
    assert process.stdout is not None
    for _ in range(steps):
        assert process.stdout.readline(), process.stderr and process.stderr.read()
    time.sleep(1)  # into the next window
    return process, descendants(process.pid)


def descendants(pid: int) -> list[int]:
    """All processes that stem from `pid`, now."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parent = int(stat.rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        for child in children.get(todo.pop(), []):
            found.append(child)
            todo.append(child)
    return found


def alive(pids: list[int]) -> list[int]:
    """Those of the processes that still run (zombies do not)."""
    running = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z":
            running.append(pid)
    return running


def interrupt_impatiently(process: subprocess.Popen[str]) -> None:
    """Ctrl-C again and again while the run is being ended."""
    for _ in range(20):
        kill(process.pid, signal.SIGINT)
        time.sleep(0.05)


def kill(pid: int, number: signal.Signals) -> None:
    """Send a signal to one process."""
    os.kill(pid, number)
