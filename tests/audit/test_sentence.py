"""The facts in words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pgbench_drivers.audit.sentence import facts_text, sentence
from pgbench_drivers.contract.messages import QueryKind
from pgbench_drivers.results.audit import Connecting, Sent

PLAIN = Sent(
    connections=2,
    queries=40,
    steady=20,
    protocol="extended",
    prepared="per-connection",
    named=True,
    executions=1,
    parameters=["binary", "binary"],
    results=["binary"] * 12,
    copy=None,
    round_trips=1,
    round_trips_most=1,
    in_flight=1,
    bytes_sent=70,
    bytes_received=40_000.5,
    prepares=0,
    describes=0,
    other_prepares=0,
    other_commands={},
    rows_received=619,
    rows_written=0,
    connecting=Connecting(3, 300, 500, 2, 1, 1, {}),
)


@pytest.mark.parametrize(
    ("changes", "kind", "expected"),
    [
        (
            {},
            "fetch",
            ("Prepares a named statement once per connection, binary parameters, binary results, "
            "one round trip per query."),
        ),
        (
            {"protocol": "simple", "prepared": "never", "parameters": ["merged"] * 2,
             "results": ["text"] * 12},
            "fetch",
            ("Simple protocol, arguments merged into the statement, text results, "
            "one round trip per query."),
        ),
        (
            {"prepared": "per-query", "named": False, "results": ["text", "binary", "binary"],
             "describes": 1, "round_trips": 2, "round_trips_most": 2},
            "fetch",
            ("Prepares the unnamed statement anew for every query, binary parameters, "
            "2 of 3 results binary and the rest text, a Describe per query, "
            "2 round trips per query."),
        ),
        (
            {"executions": 1000, "results": [], "round_trips": 3, "round_trips_most": 5,
             "in_flight": 100, "describes": 1000,
             "other_commands": {"BEGIN": 1, "COMMIT": 1, "SET": 2.5}},
            "batch",
            ("Prepares a named statement once per connection, binary parameters, "
            "executes 1,000 times per batch, pipelines up to 100 at a time, "
            "a Describe with each execution, also sends BEGIN, COMMIT, 2.5 × SET, "
            "at most 3 round trips per batch."),
        ),
        (
            {"protocol": "simple", "prepared": "never", "parameters": [], "results": [],
             "copy": "binary", "other_prepares": 1, "round_trips": 3, "round_trips_most": 3},
            "copy",
            ("COPY in binary format, simple protocol, prepares 1 other statement, "
            "3 round trips per COPY."),
        ),
    ],
)  # fmt: skip
def test_a_sentence_says_what_matters(
    changes: dict[str, Any], kind: QueryKind, expected: str
) -> None:
    assert sentence(msgspec.structs.replace(PLAIN, **changes), kind) == expected


def test_the_figures_behind_it_stand_in_one_line() -> None:
    assert facts_text(PLAIN) == (
        "70 B sent per query; 40,000 B received; 619 rows received; to connect 3 round trips; "
        "first query 2 round trips; with it 1 prepared; 1 described; "
        "20 of 40 queries on 2 connections counted"
    )
