"""Are the headline's intervals narrow enough, or is another round needed?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from pgbench_drivers.analysis.geomean import geometric_mean
from pgbench_drivers.analysis.per_round import rows_per_second
from pgbench_drivers.results.model import Round

RoundsByQuery = Mapping[str, Sequence[Round]]


def precision(rounds: RoundsByQuery) -> float:
    """Half the width of a driver's headline interval, as a share; infinite with one round.

    The interval is that of the geometric mean of rows/s over the queries, on
    a logarithmic scale.
    """
    samples = [[rows_per_second(r) for r in measured] for measured in rounds.values()]
    if not samples or min(min(sample, default=0.0) for sample in samples) <= 0:
        return math.inf
    interval = geometric_mean(samples).interval
    return math.inf if interval is None else math.sqrt(interval.high / interval.low) - 1


def widest(drivers: Mapping[str, RoundsByQuery]) -> tuple[float, str]:
    """The least precise driver, and how precise it is."""
    return max((precision(rounds), driver) for driver, rounds in drivers.items())
