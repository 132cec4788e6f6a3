"""Micro-benchmarks of the core, without sockets: `python suite.py -o before.json`.

decode  bytes of DataRow messages to a list of records
encode  rows of arguments to the Bind messages of `executemany`
query   one query's way through the frontend, with its answer in memory
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fnmatch
import struct
import time
from collections.abc import Callable
from typing import Any

import pyperf

from pgstride.codecs.registry import TypeRegistry
from pgstride.core.frontend import Frontend
from pgstride.core.rows import RowDecoder
from pgstride.core.statement import Statement
from samples import NAMES, OIDS, Row, sample

Benchmark = Callable[[], Any]

REGISTRY = TypeRegistry()
# It never runs: it makes futures.
LOOP = asyncio.new_event_loop()
MOST_BYTES = 1 << 30

BIND_COMPLETE = b"2\0\0\0\4"
READY = b"Z\0\0\0\5I"


def message(kind: bytes, body: bytes) -> bytes:
    """One message of the protocol."""
    return kind + struct.pack("!i", len(body) + 4) + body


def data_row(oids: tuple[int, ...], row: Row) -> bytes:
    """The row as the server sends it."""
    values = [REGISTRY.encode(oid, value) for oid, value in zip(oids, row, strict=True)]
    body = b"".join(struct.pack("!i", len(value)) + value for value in values)
    return message(b"D", struct.pack("!h", len(values)) + body)


def statement(parameters: tuple[int, ...], columns: tuple[int, ...]) -> Statement:
    """A prepared statement with parameters and columns of these types."""
    names = tuple(f"column_{i}" for i in range(len(columns)))
    decoder = RowDecoder(names, tuple(map(REGISTRY.codec, columns))) if columns else None
    return Statement("SELECT …", b"s1", tuple(map(REGISTRY.codec, parameters)), decoder)


def decoding(name: str) -> Benchmark:
    """Decodes the sample's rows."""
    chosen = sample(name)
    data = b"".join(data_row(chosen.oids, row) for row in chosen.rows)
    decoder = statement((), chosen.oids).decoder
    assert decoder is not None
    return lambda: decoder.decode(data)


def encoding(name: str) -> Benchmark:
    """Encodes the sample's rows as arguments."""
    chosen = sample(name)
    prepared = statement(chosen.oids, ())

    def encode() -> bytes:
        frontend = Frontend()
        frontend.begin_many(prepared, None, None)
        frontend.put_many(prepared, iter(chosen.rows), 0, MOST_BYTES)
        return frontend.take_output()

    return encode


# Parameters, their arguments, and whether a row comes.
QUERIES: dict[str, tuple[tuple[str, ...], Row, bool]] = {
    "no arguments": ((), (), True),
    "two arguments": (("int4", "text"), (7, "seven"), True),
    "no row": (("int4",), (7,), False),
}


def querying(name: str) -> Benchmark:
    """Sends one query and receives its answer."""
    parameters, arguments, has_row = QUERIES[name]
    int4 = OIDS["int4"]
    prepared = statement(tuple(OIDS[parameter] for parameter in parameters), (int4,))
    row = data_row((int4,), (2,)) if has_row else b""
    answer = BIND_COMPLETE + row + message(b"C", b"SELECT 1\0") + READY
    frontend = Frontend()

    def query() -> Any:
        waiter = LOOP.create_future()
        frontend.execute(prepared, arguments, waiter)
        frontend.take_output()
        frontend.receive(answer)
        return waiter.result()

    return query


BENCHMARKS: dict[str, tuple[Callable[[str], Benchmark], str]] = {
    **{f"decode {name}": (decoding, name) for name in NAMES},
    **{f"encode {name}": (encoding, name) for name in NAMES},
    **{f"query {name}": (querying, name) for name in QUERIES},
}


def timed(loops: int, make: Callable[[str], Benchmark], name: str) -> float:
    """Make the benchmark, and return the seconds of so many calls."""
    benchmark = make(name)
    began = time.perf_counter()
    for _ in range(loops):
        benchmark()
    return time.perf_counter() - began


def main() -> None:
    """Run those that `--only` names."""

    def hand_on(command: list[str], arguments: argparse.Namespace) -> None:
        command.extend(["--only", arguments.only])

    runner = pyperf.Runner(add_cmdline_args=hand_on, program_args=(__file__,))
    runner.metadata["description"] = "pgstride's core"
    runner.argparser.add_argument("--only", default="*", metavar="GLOB", help="which benchmarks")
    only = runner.parse_args().only
    for name, (make, of) in BENCHMARKS.items():
        if fnmatch.fnmatch(name, only):
            runner.bench_time_func(name, timed, make, of)


if __name__ == "__main__":
    with contextlib.closing(LOOP):
        main()
