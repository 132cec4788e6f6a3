"""Hooks around connecting, queries, acquiring from a pool, and transactions."""

from pgstride.aio.tracing import (
    AcquireStarted,
    ConnectStarted,
    Finish,
    Outcome,
    PoolStarted,
    QueryStarted,
    Tracer,
    TransactionStarted,
    set_default_tracer,
)

__all__ = (
    "AcquireStarted",
    "ConnectStarted",
    "Finish",
    "Outcome",
    "PoolStarted",
    "QueryStarted",
    "Tracer",
    "TransactionStarted",
    "set_default_tracer",
)
