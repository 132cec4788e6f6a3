"""asyncpg's module of this name: transactions."""

from pgstride.aio.transaction import Transaction as Transaction
from pgstride.aio.transaction import TransactionState as TransactionState
