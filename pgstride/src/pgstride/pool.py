"""asyncpg's module of this name: the pool."""

from pgstride.aio.create_pool import create_pool
from pgstride.aio.pool import Pool
from pgstride.aio.pool_acquire import PoolAcquireContext
from pgstride.aio.pool_holder import PoolConnectionHolder
from pgstride.aio.pool_proxy import PoolConnectionProxy
from pgstride.aio.pool_statistics import PoolStatistics

__all__ = (
    "Pool",
    "PoolAcquireContext",
    "PoolConnectionHolder",
    "PoolConnectionProxy",
    "PoolStatistics",
    "create_pool",
)
