"""How precisely a driver's headline figure is known."""

import math

import msgspec
import pytest

from pgbench_drivers.analysis.precision import precision, widest
from pgbench_drivers.results.model import Round
from tests.results.making import make_round

ONE = make_round(0)


def rounds(*rows: int) -> list[Round]:
    return [msgspec.structs.replace(ONE, rows=r) for r in rows]


def test_one_round_or_none_is_known_to_nothing() -> None:
    assert precision({"q": rounds(100)}) == math.inf
    assert precision({"q": []}) == math.inf
    assert precision({}) == math.inf


def test_two_rounds_one_percent_apart_by_hand() -> None:
    # Student's t with one degree of freedom is 12.7; half of ln 1.01 is the standard error.
    assert precision({"q": rounds(100_000, 101_000)}) == pytest.approx(
        math.exp(12.706 * math.log(1.01) / 2) - 1, rel=1e-3
    )


def test_more_rounds_and_queries_are_more_precise() -> None:
    few, many = {"q": rounds(100, 101, 102)}, {"q": rounds(*[100, 101, 102] * 4)}
    assert precision(many) < precision({**few, "r": few["q"]}) < precision(few)


def test_the_widest_driver_decides() -> None:
    sure, unsure = {"q": rounds(100, 100, 100)}, {"q": rounds(100, 110, 120)}
    assert widest({"sure": sure, "unsure": unsure})[1] == "unsure"
