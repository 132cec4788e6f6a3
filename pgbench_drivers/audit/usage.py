"""What a row promises of how its driver is used, held against what the driver sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgbench_drivers.audit.conversation import Conversation, Cycle
from pgbench_drivers.results.model import Usage

RULED: frozenset[Usage] = frozenset({"pgbouncer-safe"})
"""What is a promise of what is not sent; the other usages have no rule."""


def breach(usage: Usage, conversations: Sequence[Conversation]) -> str | None:
    """What was sent although the usage rules it out, or None.

    A connection pooler that gives a connection away after each transaction
    cannot keep a statement that has a name for the client that named it.
    """
    if usage not in RULED:
        return None
    cycles = (cycle for conversation in conversations for cycle in conversation.cycles)
    found = next((sent for cycle in cycles for sent in _named(cycle)), None)
    return found and f"declared {usage}, but {found}"


def unseen(usage: Usage, reason: str) -> str | None:
    """That nothing is known of what the usage rules out, or None where it rules nothing out."""
    return f"declared {usage}, but what it sends is not known: {reason}" if usage in RULED else None


def _named(cycle: Cycle) -> Iterator[str]:
    for name in cycle.named:
        yield f"prepares a statement with a name ({name!r}) by a Parse message"
    for execution in cycle.executions:
        if "PREPARE" in execution.tags:
            yield "prepares a statement with a name by the SQL command PREPARE"
