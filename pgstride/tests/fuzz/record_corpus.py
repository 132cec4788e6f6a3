"""Renews corpus/: what a real server answers in each phase.

`python record_corpus.py HOST PORT USER PASSWORD DATABASE`
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "core")]

from conversation import Conversation, Waiter  # noqa: E402
from target import PHASES  # noqa: E402

NUMBERS = "SELECT i FROM generate_series(1, 3) AS i"
ROWS = "SELECT i, 'text ' || i, decode('00ff', 'hex') FROM generate_series(1, 3) AS i"

# Name, phase, statements to run before, the statement that the phase calls s1.
PLAN = [
    ("describe", 3, "", "SELECT 1"),
    ("simple", 4, "CREATE TEMP TABLE t (n int)", "SELECT 1"),
    ("many", 5, "", "SELECT $1::int"),
    ("copy-in", 7, "CREATE TEMP TABLE t (n int)", NUMBERS),
    ("copy-out", 8, "CREATE TEMP TABLE t AS SELECT 1 AS n", NUMBERS),
    ("portals", 9, "BEGIN", "SELECT i, 'text' FROM generate_series(1, 3) AS i"),
    ("travelling", 10, "", NUMBERS),
    ("pipeline", 12, "", ROWS),
    ("first-row", 13, "", NUMBERS),
    ("error", 13, "", "SELECT 1 / (2 - i) FROM generate_series(1, 3) AS i"),
    ("notice", 14, "", "CREATE TEMP TABLE IF NOT EXISTS t ()"),
    ("fatal", 14, "", "SELECT pg_terminate_backend(pg_backend_pid())"),
]


class Recorder(Conversation):
    """A conversation with a server, over a socket that blocks."""

    def connect(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), 10)
        self.recorded = b""

    def talk(self) -> None:
        """Send and receive until nothing is pending."""
        while self.pending and self.broken is None:
            if output := self.take_output():
                self.socket.sendall(output)
            if not (data := self.socket.recv(1 << 16)):
                return
            self.recorded += data
            self.receive(data)


def record(name: str, phase: int, before: str, text: str, arguments: list[str]) -> None:
    host, port, user, password, database = arguments
    conversation = Recorder()
    conversation.connect(host, int(port))
    conversation.start_up({"user": user, "database": database}, password, Waiter())
    conversation.talk()
    if phase != 1:
        if before:
            conversation.simple(before)
        conversation.describe(text, b"s1")
        conversation.describe(text, b"old")
        conversation.talk()
        conversation.recorded = b""
        PHASES[phase](conversation)
        conversation.talk()
    (HERE / "corpus" / name).write_bytes(bytes([phase, 5]) + conversation.recorded)
    conversation.socket.close()


if __name__ == "__main__":
    for entry in [("start-up", 1, "", ""), *PLAN]:
        record(*entry, sys.argv[1:])
