"""The job as the runner sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CONTRACT_VERSION = 3
PROCESSES = ("constant", "poisson")


class BadJobError(Exception):
    """The job is not what the contract says; exit code 2."""


class UnsupportedError(Exception):
    """The driver cannot do this query; exit code 3."""


@dataclass(frozen=True)
class Column:
    name: str
    type: str


@dataclass(frozen=True)
class Query:
    """A query with its arguments as native values."""

    kind: str
    sql: str
    args: tuple[Any, ...]
    columns: tuple[Column, ...]

    @property
    def column_types(self) -> list[tuple[str, str]]:
        """(name, declared type) of every column, as `canonical.checksum` wants them."""
        return [(column.name, column.type) for column in self.columns]


@dataclass(frozen=True)
class Target:
    """Where `batch` and `copy` write, and the native rows that they send."""

    schema: str
    table: str
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True)
class Arrivals:
    """When the queries of an open loop are due."""

    process: str
    per_second: float


@dataclass(frozen=True)
class Job:
    """What to run; without `arrivals` in a closed loop."""

    driver: str
    options: dict[str, Any]
    connection: dict[str, Any]
    query: Query
    target: Target | None
    readback: Query | None
    expected_rows: int
    expected_checksum: str
    concurrency: int
    warmup_seconds: float
    measure_seconds: float
    arrivals: Arrivals | None
    seed: int
    count_allocations: bool


def native(type_name: str, value: Any) -> Any:
    """The Python value of an argument's JSON value."""
    return bytes.fromhex(value) if type_name == "bytea" and value is not None else value


def parse(message: Any) -> Job:
    """The job of a decoded JSON message; raises BadJobError."""
    try:
        version = message["contract"]
        if version != CONTRACT_VERSION:
            raise BadJobError(
                f"contract {version!r} is unknown, this runner has version {CONTRACT_VERSION}"
            )
        return _parse(message)
    except (KeyError, TypeError, ValueError) as error:
        raise BadJobError(f"the job lacks or garbles {error}") from error


def _parse(message: dict[str, Any]) -> Job:
    query = message["query"]
    columns = _columns(query["columns"])
    readback = query["readback"]
    return Job(
        driver=message["driver"],
        options=message["options"],
        connection=message["connection"],
        query=Query(
            query["kind"],
            query["sql"],
            tuple(native(arg["type"], arg["value"]) for arg in query["args"]),
            columns,
        ),
        target=_target(query["target"], columns),
        readback=readback and Query("fetch", readback["sql"], (), _columns(readback["columns"])),
        expected_rows=query["expect"]["rows"],
        expected_checksum=query["expect"]["checksum"],
        concurrency=message["concurrency"],
        warmup_seconds=message["warmup_seconds"],
        measure_seconds=message["measure_seconds"],
        arrivals=_arrivals(message["arrivals"]),
        seed=message["seed"],
        count_allocations=message.get("count_allocations", False),
    )


def _columns(columns: list[dict[str, Any]]) -> tuple[Column, ...]:
    return tuple(Column(column["name"], column["type"]) for column in columns)


def _arrivals(arrivals: dict[str, Any] | None) -> Arrivals | None:
    if arrivals is None:
        return None
    process, per_second = arrivals["process"], float(arrivals["per_second"])
    if process not in PROCESSES:
        raise ValueError(f"arrivals.process, which is {process!r}")
    if not per_second > 0:
        raise ValueError(f"arrivals.per_second, which is {per_second:g}")
    return Arrivals(process, per_second)


def _target(target: dict[str, Any] | None, columns: tuple[Column, ...]) -> Target | None:
    if target is None:
        return None
    row = tuple(
        native(column.type, value) for column, value in zip(columns, target["row"], strict=True)
    )
    return Target(target["schema"], target["table"], [row] * target["row_count"])
