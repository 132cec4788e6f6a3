"""Outliers are marked where there are some, and as seldom as promised where there are none."""

import numpy as np
import pytest

from pgbench_drivers.analysis.outliers import outliers
from tests.analysis.truth import samples

QUIET = [1.00, 1.01, 0.99, 1.02, 0.98, 1.005, 0.995, 1.015, 0.985, 1.0]


@pytest.mark.parametrize("rounds", [5, 10, 15])
def test_five_percent_of_samples_without_an_outlier_show_one(rounds: int) -> None:
    shown = np.mean([bool(outliers(list(values))) for values in samples(3000, rounds)])
    assert 0.02 <= shown <= 0.07


def test_one_far_round_is_marked_by_its_place() -> None:
    assert outliers([*QUIET[:3], 1.5, *QUIET[3:]]) == (3,)


def test_two_far_rounds_do_not_hide_each_other() -> None:
    assert outliers([2.0, *QUIET[:8], 2.1]) == (0, 9)


@pytest.mark.parametrize("values", [[1.0, 1.0, 1.0, 99.0], [1.0] * 6, [0.0, 1.0, 1.0, 1.0, 1.0]])
def test_what_cannot_be_judged_is_not_marked(values: list[float]) -> None:
    assert outliers(values) == ()
