"""Spans and metrics for OpenTelemetry, after its semantic conventions for databases.

Needs the package `opentelemetry-api`, which `pip install pgstride[opentelemetry]`
installs; the application sets up its SDK and exporters as usual.
"""

from __future__ import annotations

from collections.abc import Collection, Sized
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from opentelemetry import metrics, trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, StatusCode

from pgstride._pool_metrics import POOL_NAME, PoolMetrics
from pgstride._query_summary import summary, without_values
from pgstride._version import __version__
from pgstride.aio.tracing import (
    AcquireStarted,
    Address,
    ConnectStarted,
    Finish,
    Outcome,
    PoolStarted,
    QueryStarted,
    Tracer,
    TransactionStarted,
    default_tracer,
    set_default_tracer,
)
from pgstride.exceptions import PostgresError

if TYPE_CHECKING:
    from pgstride.connection import Connection

__all__ = ("OpenTelemetryTracer", "instrument", "uninstrument")

# What spans can be made of.
CONNECT, QUERY, ACQUIRE, TRANSACTION = "connect", "query", "acquire", "transaction"

SCHEMA_URL = "https://opentelemetry.io/schemas/1.33.0"

# The conventions' advice for durations, in seconds.
DURATION_BOUNDARIES = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10)

LONGEST_KEPT_QUERY = 10_000

Attributes = dict[str, str | int]


class OpenTelemetryTracer(Tracer):
    """Makes spans, and measures queries and pools.

    `spans` says of what: 'connect', 'query', 'acquire' and 'transaction'. The
    providers are the global ones unless others are given. Queries without
    arguments may have values in their text: `?` stands for those, and `query_text`
    False leaves texts out altogether. Arguments are never recorded.
    """

    def __init__(
        self,
        *,
        tracer_provider: Any = None,
        meter_provider: Any = None,
        spans: Collection[str] = (CONNECT, QUERY),
        query_text: bool = True,
    ) -> None:
        if unknown := set(spans) - {CONNECT, QUERY, ACQUIRE, TRANSACTION}:
            raise ValueError(f"there are no spans of {', '.join(sorted(unknown))}")
        self._tracer = trace.get_tracer(
            "pgstride", __version__, tracer_provider, schema_url=SCHEMA_URL
        )
        meter = metrics.get_meter("pgstride", __version__, meter_provider, schema_url=SCHEMA_URL)
        self._duration = meter.create_histogram(
            "db.client.operation.duration",
            unit="s",
            description="Duration of database client operations.",
            explicit_bucket_boundaries_advisory=DURATION_BOUNDARIES,
        )
        self._wait_time = meter.create_histogram(
            "db.client.connection.wait_time",
            unit="s",
            description="How long it took to acquire a connection of a pool.",
            explicit_bucket_boundaries_advisory=DURATION_BOUNDARIES,
        )
        self._pools = PoolMetrics(meter)
        self._spans = frozenset(spans)
        self._query_text = query_text
        self._active = True
        # The spans of transactions that are open, the innermost last, each with
        # the span that was the current one at its start.
        self._open: WeakKeyDictionary[Connection, list[tuple[Any, Any]]] = WeakKeyDictionary()

    def stop(self) -> None:
        """Make and measure no more, for connections and pools that have this tracer, too."""
        self._active = False
        self._pools.clear()

    # -- hooks

    def connect(self, started: ConnectStarted) -> Finish | None:
        """A span for connecting; no convention names it."""
        if not self._wants(CONNECT):
            return None
        attributes = {
            **_address_attributes(started.addresses[0]),
            "db.namespace": started.database,
            "db.system.name": "postgresql",
        }
        return self._span(f"connect {started.database}", SpanKind.CLIENT, attributes)

    def query(self, started: QueryStarted) -> Finish | None:
        """A span and a measurement for a query."""
        if not self._active:
            return None
        attributes = _connection_attributes(started.connection)
        about = _summary(started.query)
        if about:
            attributes["db.query.summary"] = about
        measured = dict(attributes)
        if self._query_text:
            attributes["db.query.text"] = (
                started.query if started.args or started.many else without_values(started.query)
            )
        if started.many and isinstance(started.args, Sized) and len(started.args) > 1:
            attributes["db.operation.batch.size"] = len(started.args)
        finish_span = None
        if QUERY in self._spans:
            name = about or str(attributes["db.namespace"])
            context = self._context(started.connection)
            finish_span = self._span(name, SpanKind.CLIENT, attributes, context)

        def finish(outcome: Outcome) -> None:
            self._duration.record(outcome.elapsed, measured | _error_attributes(outcome.exception))
            if finish_span is not None:
                finish_span(outcome)

        return finish

    def pool(self, started: PoolStarted) -> Finish | None:
        """Its connections are counted until it is closed."""
        if not self._active:
            return None
        self._pools.add(started.pool)
        return lambda _: self._pools.remove(started.pool)

    def acquire(self, started: AcquireStarted) -> Finish | None:
        """A measurement and a span for acquiring a connection; no convention names the span."""
        if not self._active:
            return None
        finish_span = None
        if ACQUIRE in self._spans:
            attributes: Attributes = {"db.system.name": "postgresql"}
            finish_span = self._span("pool.acquire", SpanKind.INTERNAL, attributes)

        def finish(outcome: Outcome) -> None:
            if outcome.exception is None:
                name = self._pools.name(started.pool)
                self._wait_time.record(outcome.elapsed, {POOL_NAME: name})
            if finish_span is not None:
                finish_span(outcome)

        return finish

    def transaction(self, started: TransactionStarted) -> Finish | None:
        """A span for a transaction, which its queries' spans are children of."""
        if not self._wants(TRANSACTION):
            return None
        connection = started.connection
        name = "savepoint" if started.savepoint else "transaction"
        span = self._tracer.start_span(
            name,
            self._context(connection),
            SpanKind.INTERNAL,
            _connection_attributes(connection),
        )
        entry = (span, trace.get_current_span())
        self._open.setdefault(connection, []).append(entry)

        def finish(outcome: Outcome) -> None:
            if entry in (opened := self._open.get(connection, [])):
                opened.remove(entry)
            _end(span, outcome)

        return finish

    # -- how the above is done

    def _wants(self, kind: str) -> bool:
        return self._active and kind in self._spans

    def _span(
        self, name: str, kind: Any, attributes: Attributes, context: Context | None = None
    ) -> Finish:
        span = self._tracer.start_span(name, context, kind, attributes)
        return lambda outcome: _end(span, outcome)

    def _context(self, connection: Connection) -> Context | None:
        """Where a span belongs: into the open transaction, or the span opened within that."""
        opened = self._open.get(connection)
        if opened:
            span, outer = opened[-1]
            if trace.get_current_span() is outer:
                return trace.set_span_in_context(span)
        return None


def instrument(**options: Any) -> OpenTelemetryTracer:
    """Trace all connections and pools that are made from now on and are given no tracer.

    The options are `OpenTelemetryTracer`'s.
    """
    uninstrument()
    tracer = OpenTelemetryTracer(**options)
    set_default_tracer(tracer)
    return tracer


def uninstrument() -> None:
    """Undo `instrument()`, for connections that have been made since, too."""
    tracer = default_tracer()
    if isinstance(tracer, OpenTelemetryTracer):
        tracer.stop()
        set_default_tracer(None)


def _connection_attributes(connection: Connection) -> Attributes:
    parameters = connection._parameters  # noqa: SLF001 - of ours
    return {
        "db.system.name": "postgresql",
        "db.namespace": parameters.database or "",
        **_address_attributes(connection._endpoint.address),  # noqa: SLF001 - of ours
    }


def _address_attributes(address: Address) -> Attributes:
    if isinstance(address, str):
        return {"server.address": address}
    host, port = address
    return {"server.address": host, "server.port": port}


def _error_attributes(exception: BaseException | None) -> Attributes:
    """An error's class; no message, which may quote values."""
    if exception is None:
        return {}
    if isinstance(exception, PostgresError) and exception.sqlstate:
        return {
            "error.type": exception.sqlstate,
            "db.response.status_code": exception.sqlstate,
        }
    kind = type(exception)
    name = kind.__qualname__
    return {"error.type": name if kind.__module__ == "builtins" else f"{kind.__module__}.{name}"}


def _end(span: Any, outcome: Outcome) -> None:
    if outcome.exception is not None:
        span.set_attributes(_error_attributes(outcome.exception))
        span.set_status(StatusCode.ERROR)
    span.end()


def _summary(query: str) -> str:
    """A query's summary, kept unless keeping the query would take much memory."""
    return _kept_summary(query) if len(query) <= LONGEST_KEPT_QUERY else summary(query)


_kept_summary = lru_cache(maxsize=1000)(summary)
