"""asyncpg's module of this name: the pool."""

from pgstride.aio.pool import Pool as Pool
from pgstride.aio.pool import create_pool as create_pool
from pgstride.aio.pool_acquire import PoolAcquireContext as PoolAcquireContext
from pgstride.aio.pool_holder import PoolConnectionHolder as PoolConnectionHolder
from pgstride.aio.pool_proxy import PoolConnectionProxy as PoolConnectionProxy
