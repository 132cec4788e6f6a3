"""A network of a server's own: a namespace, joined to this machine by a pair of virtual cards."""

from __future__ import annotations

import ctypes
import os
import re
import secrets
import subprocess
from collections.abc import Sequence
from pathlib import Path

from pgbench_drivers.errors import UserError
from pgbench_drivers.server import processes

PREFIX = "pgbench-drivers-"
OWNED = re.compile(rf"{PREFIX}(?P<identity>\d+-\d+)-\w+")
NAMESPACES = Path("/run/netns")
COMMAND_TIMEOUT_SECONDS = 10.0
CLONE_NEWNET = 0x40000000
MICROSECONDS_PER_MS = 1000
# Packets on their way at once; netem drops what is beyond, and its default is 1000.
MOST_PACKETS = 100_000

_LIBC = ctypes.CDLL(None, use_errno=True)


class NamespaceError(UserError):
    """There can be no such network here; the message is the first reason."""


def delaying(milliseconds: float) -> tuple[str, ...]:
    """The queueing discipline of one direction that makes round trips so much longer."""
    microseconds = round(milliseconds * MICROSECONDS_PER_MS / 2)
    return ("netem", "delay", f"{microseconds}us", "limit", str(MOST_PACKETS))


class Namespace:
    """A namespace, in which `enter` puts a process; both directions to it have `qdisc`.

    A server in it listens at `address`, and sees this machine as `peer`.

    It belongs to one orchestrator, whose identity is in its name; those of dead
    ones are removed before it is made.
    """

    def __init__(self, qdisc: Sequence[str]) -> None:
        token = secrets.token_hex(4)
        self.name = f"{PREFIX}{processes.identity()}-{token}"
        self._card = f"pgbd{token}"
        # RFC 2544's addresses for benchmarks, four for each pair of cards.
        network = secrets.randbelow(2**15) * 4
        prefix = f"198.{18 + (network >> 16)}.{network >> 8 & 255}"
        self.peer = f"{prefix}.{(network & 255) + 1}"
        self.address = f"{prefix}.{(network & 255) + 2}"
        self._qdisc = tuple(qdisc)

    def make(self) -> None:
        """Make it; raises NamespaceError where that may not, or cannot, be done."""
        remove_leftovers()
        inside = ("-n", self.name)
        _run("ip", "netns", "add", self.name)
        _run(
            "ip", "link", "add", self._card, "type", "veth",
            "peer", "name", "server", "netns", self.name,
        )  # fmt: skip
        _run("ip", "address", "add", f"{self.peer}/30", "dev", self._card)
        _run("ip", *inside, "address", "add", f"{self.address}/30", "dev", "server")
        _run("tc", "qdisc", "add", "dev", self._card, "root", *self._qdisc)
        _run("tc", *inside, "qdisc", "add", "dev", "server", "root", *self._qdisc)
        _run("ip", "link", "set", self._card, "up")
        _run("ip", *inside, "link", "set", "server", "up")
        _run("ip", *inside, "link", "set", "lo", "up")

    def enter(self) -> None:
        """Move this process there; for a child that is about to be another program."""
        descriptor = os.open(NAMESPACES / self.name, os.O_RDONLY | os.O_CLOEXEC)
        if _LIBC.setns(descriptor, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        os.close(descriptor)

    def remove(self) -> None:
        """Remove it, with its cards; may be called twice."""
        _remove(self.name)


def remove_leftovers() -> None:
    """Remove the namespaces of orchestrators that no longer run."""
    for path in NAMESPACES.glob(f"{PREFIX}*"):
        owner = OWNED.fullmatch(path.name)
        if owner and not processes.runs(owner["identity"]):
            _remove(path.name)


def _remove(name: str) -> None:
    if (NAMESPACES / name).exists():
        _run("ip", "netns", "delete", name)


def _run(*command: str) -> None:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NamespaceError(f"{command[0]} cannot be run: {error}") from error
    if done.returncode != 0:
        said = " ".join(done.stderr.split()).removeprefix("Error: ").removesuffix(".")
        raise NamespaceError(f"{' '.join(command[:3])}: {said}")
