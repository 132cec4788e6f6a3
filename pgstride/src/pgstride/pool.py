"""asyncpg's module of this name: the pool."""

from pgstride.aio.pool import Pool, create_pool
from pgstride.aio.pool_acquire import PoolAcquireContext
from pgstride.aio.pool_holder import PoolConnectionHolder
from pgstride.aio.pool_proxy import PoolConnectionProxy

__all__ = (
    "Pool",
    "PoolAcquireContext",
    "PoolConnectionHolder",
    "PoolConnectionProxy",
    "create_pool",
)
