"""Smaller runs, cut from the sample."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from pgbench_drivers.results.model import Run


class Cut(Protocol):
    """Keeps only some drivers, queries and numbers of connections of the sample."""

    def __call__(
        self,
        drivers: Collection[str],
        queries: Collection[str],
        levels: Collection[int] = (8,),
    ) -> Run: ...
