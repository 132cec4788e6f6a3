"""Many comparisons at once: one of a hundred looks significant by chance alone."""

from __future__ import annotations

from collections.abc import Sequence

ALPHA = 0.05


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values after Holm (1979), in the order given.

    Calling significant what is adjusted to 5 % or less makes any false call
    among all comparisons happen in at most 5 % of runs, whatever their
    dependence.
    """
    adjusted = [0.0] * len(p_values)
    so_far = 0.0
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    for rank, place in enumerate(order):
        so_far = max(so_far, (len(p_values) - rank) * p_values[place])
        adjusted[place] = min(1.0, so_far)
    return tuple(adjusted)
