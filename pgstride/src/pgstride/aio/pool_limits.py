"""A pool's limits, validated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PoolLimits:
    """Numbers of connections, and how long each is used.

    `maximum_idle_seconds` is 0 for no limit.
    """

    initial: int
    minimum: int
    maximum: int
    queries: int
    maximum_idle_seconds: float

    @classmethod
    def checked(
        cls,
        init_size: int | None,
        min_size: int,
        max_size: int,
        max_queries: int,
        max_inactive_connection_lifetime: float,
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
        ):
            if wrong:
                raise ValueError(message)
        return cls(initial, min_size, max_size, max_queries, max_inactive_connection_lifetime)
