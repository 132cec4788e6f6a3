"""OpenTelemetry's own SDK receives what the conventions ask for."""

import asyncio

import pytest

pytest.importorskip("opentelemetry.sdk", reason="OpenTelemetry's SDK is not installed")

from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from pgstride.opentelemetry import OpenTelemetryTracer, instrument, uninstrument

EVERYTHING = ("connect", "query", "acquire", "transaction")


class Telemetry:
    """Providers that keep what they are given."""

    def __init__(self):
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider([self.reader])

    @property
    def options(self):
        return {"tracer_provider": self.provider, "meter_provider": self.meters}

    def tracer(self, **options):
        return OpenTelemetryTracer(**self.options, **options)

    def take(self):
        spans = self.exporter.get_finished_spans()
        self.exporter.clear()
        return spans

    def measured(self):
        """The points of all measurements, by the metric's name."""
        data = self.reader.get_metrics_data()
        found = {}
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    found.setdefault(metric.name, []).extend(metric.data.data_points)
        return found


@pytest.fixture
def telemetry():
    kept = Telemetry()
    yield kept
    kept.provider.shutdown()
    kept.meters.shutdown()


def of_the_server(ours):
    return {
        "db.system.name": "postgresql",
        "db.namespace": ours.arguments["database"],
        "server.address": ours.arguments["host"],
        "server.port": ours.arguments["port"],
    }


async def test_a_span_for_connecting(ours, telemetry):
    async with ours.connection(tracer=telemetry.tracer()):
        (span,) = telemetry.take()
        assert span.name == f"connect {ours.arguments['database']}"
        assert span.kind is SpanKind.CLIENT
        assert dict(span.attributes) == of_the_server(ours)


async def test_a_span_for_each_query(ours, telemetry):
    async with ours.connection(tracer=telemetry.tracer()) as connection:
        telemetry.take()
        await connection.fetchval("SELECT oid FROM pg_class WHERE relname = $1", "pg_type")
        (span,) = telemetry.take()
        assert span.name == "SELECT pg_class"
        assert span.kind is SpanKind.CLIENT
        assert span.status.status_code is StatusCode.UNSET
        assert dict(span.attributes) == {
            **of_the_server(ours),
            "db.query.text": "SELECT oid FROM pg_class WHERE relname = $1",
            "db.query.summary": "SELECT pg_class",
        }
        assert span.instrumentation_scope.name == "pgstride"
        assert span.instrumentation_scope.schema_url.startswith("https://opentelemetry.io/schemas/")
        assert "pg_type" not in span.to_json()


async def test_values_in_a_querys_text_are_left_out(ours, telemetry):
    async with ours.connection(tracer=telemetry.tracer()) as connection:
        telemetry.take()
        await connection.execute("SELECT 'secret', 42")
        (span,) = telemetry.take()
        assert span.attributes["db.query.text"] == "SELECT ?, ?"
    async with ours.connection(tracer=telemetry.tracer(query_text=False)) as connection:
        telemetry.take()
        await connection.execute("SELECT 'secret'")
        (span,) = telemetry.take()
        assert "db.query.text" not in span.attributes


async def test_a_batch_tells_its_size(ours, telemetry):
    async with ours.connection(tracer=telemetry.tracer()) as connection:
        telemetry.take()
        await connection.executemany("SELECT $1::int", [(1,), (2,), (3,)])
        await connection.executemany("SELECT $1::int", iter([(1,), (2,)]))
        await connection.executemany("SELECT $1::int", [(1,)])
        sizes = [span.attributes.get("db.operation.batch.size") for span in telemetry.take()]
        assert sizes == [3, None, None]


async def test_an_error_tells_its_class_and_no_values(ours, telemetry):
    async with ours.connection(tracer=telemetry.tracer()) as connection:
        telemetry.take()
        with pytest.raises(ours.driver.InvalidTextRepresentationError):
            await connection.execute("SELECT 'secret'::int")
        (span,) = telemetry.take()
        assert span.status.status_code is StatusCode.ERROR
        assert span.attributes["error.type"] == "22P02"
        assert span.attributes["db.response.status_code"] == "22P02"
        assert "secret" not in span.to_json()
        with pytest.raises(asyncio.TimeoutError):
            await connection.fetchval("SELECT pg_sleep(5)", timeout=0.02)
        (span,) = telemetry.take()
        assert span.attributes["error.type"].rpartition(".")[2] == "TimeoutError"
        assert "db.response.status_code" not in span.attributes


async def test_spans_are_children_of_the_current_one(ours, telemetry):
    own = telemetry.provider.get_tracer("application")
    async with ours.connection(tracer=telemetry.tracer(spans=EVERYTHING)) as connection:
        telemetry.take()
        with own.start_as_current_span("request"):
            async with connection.transaction():
                await connection.fetchval("SELECT 1")
                with own.start_as_current_span("step"):
                    await connection.fetchval("SELECT 2")
                async with connection.transaction():
                    await connection.fetchval("SELECT 3")
            await connection.fetchval("SELECT 4")
        spans = telemetry.take()
        names = {span.context.span_id: span.name for span in spans}
        parents = [(span.name, span.parent and names[span.parent.span_id]) for span in spans]
        assert parents == [
            ("SELECT", "transaction"),
            ("SELECT", "step"),
            ("step", "request"),
            ("SAVEPOINT", "savepoint"),
            ("SELECT", "savepoint"),
            ("RELEASE", "savepoint"),
            ("savepoint", "transaction"),
            ("COMMIT", "transaction"),
            ("transaction", "request"),
            ("SELECT", "request"),
            ("request", None),
        ]
        assert trace.get_current_span() is trace.INVALID_SPAN


async def test_a_span_for_acquiring(ours, telemetry):
    tracer = telemetry.tracer(spans=["acquire"])
    async with ours.pool(max_size=1, tracer=tracer) as pool:
        await pool.fetchval("SELECT 1")
        (span,) = telemetry.take()
        assert (span.name, span.kind) == ("pool.acquire", SpanKind.INTERNAL)


async def test_measures_queries(ours, telemetry):
    async with ours.connection(tracer=telemetry.tracer(spans=())) as connection:
        for _ in range(3):
            await connection.fetchval("SELECT 1 FROM pg_class LIMIT 1")
        with pytest.raises(ours.driver.DivisionByZeroError):
            await connection.fetchval("SELECT 1 / 0")
        assert telemetry.take() == ()
        points = telemetry.measured()["db.client.operation.duration"]
        counts = {point.attributes["db.query.summary"]: point.count for point in points}
        assert counts == {"SELECT pg_class": 3, "SELECT": 1}
        (failed,) = [point for point in points if "error.type" in point.attributes]
        assert failed.attributes["db.response.status_code"] == "22012"
        assert "db.query.text" not in failed.attributes
        assert failed.explicit_bounds[0] == 0.001
        assert failed.sum > 0


async def test_instruments_all_that_is_made_from_then_on(ours, telemetry):
    instrument(**telemetry.options)
    try:
        async with ours.pool(max_size=1) as pool:
            await pool.fetchval("SELECT 1")
            assert [span.name for span in telemetry.take()] == [
                f"connect {ours.arguments['database']}",
                "SELECT",
            ]
            uninstrument()
            await pool.fetchval("SELECT 1")
            assert telemetry.take() == ()
        async with ours.connection() as connection:
            await connection.fetchval("SELECT 1")
            assert connection._tracer is None
            assert telemetry.take() == ()
    finally:
        uninstrument()


def test_knows_which_spans_there_are():
    with pytest.raises(ValueError, match="there are no spans of others"):
        OpenTelemetryTracer(spans=["query", "others"])


def values(points, *keys):
    """The points' numbers by their attributes of these names."""
    return {tuple(point.attributes[key] for key in keys): point.value for point in points}


async def test_tells_of_a_pools_connections_whenever_it_is_asked(ours, telemetry):
    name = "{host}:{port}/{database}".format(**ours.arguments)
    prefix = "db.client.connection"
    async with ours.pool(min_size=1, max_size=2, tracer=telemetry.tracer(spans=())) as pool:
        async with pool.acquire(), pool.acquire():
            with pytest.raises(asyncio.TimeoutError):
                await pool.acquire(timeout=0.01)
            waiting = asyncio.ensure_future(pool.fetchval("SELECT 1"))
            await asyncio.sleep(0)
            measured = telemetry.measured()
            state, pool_name = f"{prefix}.state", f"{prefix}.pool.name"
            assert values(measured[f"{prefix}.count"], pool_name, state) == {
                (name, "idle"): 0,
                (name, "used"): 2,
            }
            for metric, expected in {
                "idle.min": 1, "max": 2, "pending_requests": 1, "timeouts": 1
            }.items():  # fmt: skip
                assert values(measured[f"{prefix}.{metric}"], pool_name) == {(name,): expected}
        assert await waiting == 1
        (waits,) = telemetry.measured()[f"{prefix}.wait_time"]
        assert waits.attributes == {pool_name: name}
        assert waits.count == 3
        assert waits.explicit_bounds[0] == 0.001
    assert f"{prefix}.count" not in telemetry.measured()


async def test_pools_of_one_name_are_counted_as_one(ours, telemetry):
    tracer = telemetry.tracer(spans=())
    async with ours.pool(max_size=2, tracer=tracer), ours.pool(max_size=3, tracer=tracer) as other:
        (most,) = telemetry.measured()["db.client.connection.max"]
        assert most.value == 5
        other.terminate()
        (most,) = telemetry.measured()["db.client.connection.max"]
        assert most.value == 2


async def test_a_pool_that_has_had_no_connection_has_no_name_yet(ours, telemetry):
    async with ours.pool(min_size=0, tracer=telemetry.tracer(spans=())) as pool:
        (most,) = telemetry.measured()["db.client.connection.max"]
        assert most.attributes == {"db.client.connection.pool.name": "unknown"}
        await pool.fetchval("SELECT 1")
        (most,) = telemetry.measured()["db.client.connection.max"]
        assert most.attributes["db.client.connection.pool.name"] != "unknown"


@pytest.mark.parametrize("max_queries", [1, 50000])
async def test_the_span_of_a_transaction_ends_when_the_pool_takes_the_connection_back(
    ours, telemetry, max_queries
):
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # it complains, rightly
    tracer = telemetry.tracer(spans=["transaction"])
    async with ours.pool(max_size=1, max_queries=max_queries, tracer=tracer) as pool:
        async with pool.acquire() as connection:
            await connection.transaction().start()
            await connection.transaction().start()
            await connection.fetchval("SELECT 1")
        spans = {span.name: span for span in telemetry.take()}
        assert set(spans) == {"transaction", "savepoint"}
        for span in spans.values():
            assert span.attributes["error.type"]
            assert span.status.status_code is StatusCode.ERROR
        async with pool.acquire() as connection, connection.transaction():
            await connection.fetchval("SELECT 1")
        (span,) = telemetry.take()
        assert "error.type" not in span.attributes


async def test_the_span_of_a_transaction_ends_with_its_connection(ours, telemetry):
    tracer = telemetry.tracer(spans=["transaction"])
    async with ours.connection(tracer=tracer) as connection:
        await connection.transaction().start()
        await connection.fetchval("SELECT 1")
        connection.terminate()
        (span,) = telemetry.take()
        assert span.attributes["error.type"].endswith("InterfaceError")
