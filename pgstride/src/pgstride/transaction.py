"""asyncpg's module of this name: transactions."""

from pgstride.aio.transaction import Transaction, TransactionState

__all__ = ("Transaction", "TransactionState")
