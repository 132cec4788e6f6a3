"""A pool's limits, validated."""

from __future__ import annotations

import random
from dataclasses import dataclass

# Connections that were made together are not replaced together: each lives for
# between this part of `max_lifetime` and all of it.
SHORTEST_LIFETIME = 0.9


@dataclass(frozen=True)
class PoolLimits:
    """Numbers of connections, and how long each is used.

    `maximum_idle_seconds` and `maximum_lifetime_seconds` are 0 for no limit.
    """

    initial: int
    minimum: int
    maximum: int
    queries: int
    maximum_idle_seconds: float
    maximum_lifetime_seconds: float
    check_timeout_seconds: float

    @classmethod
    def checked(
        cls,
        init_size: int | None,
        min_size: int,
        max_size: int,
        max_queries: int,
        max_inactive_connection_lifetime: float,
        max_lifetime: float,
        check_timeout: float,
    ) -> PoolLimits:
        """Raises ValueError for what is out of range or contradicts itself."""
        initial = min_size if init_size is None else init_size
        for wrong, message in (
            (max_size <= 0, "max_size is expected to be greater than zero"),
            (min_size < 0, "min_size is expected to be greater or equal to zero"),
            (min_size > max_size, "min_size is greater than max_size"),
            (initial < 0, "init_size is expected to be greater or equal to zero"),
            (initial > max_size, "init_size is greater than max_size"),
            (initial < min_size, "init_size is smaller than min_size"),
            (max_queries <= 0, "max_queries is expected to be greater than zero"),
            (
                max_inactive_connection_lifetime < 0,
                "max_inactive_connection_lifetime is expected to be greater or equal to zero",
            ),
            (max_lifetime < 0, "max_lifetime is expected to be greater or equal to zero"),
            (check_timeout <= 0, "check_timeout is expected to be greater than zero"),
        ):
            if wrong:
                raise ValueError(message)
        return cls(
            initial,
            min_size,
            max_size,
            max_queries,
            max_inactive_connection_lifetime,
            max_lifetime,
            check_timeout,
        )

    def lifetime(self) -> float:
        """For how many seconds a connection that is made now may live (0: no limit)."""
        return self.maximum_lifetime_seconds * random.uniform(SHORTEST_LIFETIME, 1.0)
