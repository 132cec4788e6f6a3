"""What the recorder overhears of real sessions is what the replay server answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import psycopg
import pytest

from pgbench_drivers.replay.conversation import Conversation
from pgbench_drivers.replay.recording import Recording, RecordingError, formats_key
from pgbench_drivers.replay.replay_server import ReplayServer
from pgbench_drivers.server import Server
from pgbench_drivers.server.base import Endpoint
from pgbench_drivers.wire.proxy import Proxy

OWN = "SELECT i, i::text, NULL::int4 FROM generate_series(1, $1) AS i"


@pytest.fixture
def recording() -> Recording:
    return Recording([OWN])


@pytest.fixture
def recorded(embedded_server: Server, recording: Recording) -> Iterator[Endpoint]:
    """Where clients connect to be recorded."""
    server = embedded_server.endpoint
    with Proxy(server.host, server.port, lambda: Conversation(recording)) as proxy:
        yield dataclasses.replace(server, host=proxy.host, port=proxy.port)


def connect(endpoint: Endpoint) -> psycopg.Connection:
    return psycopg.connect(
        host=endpoint.host,
        port=endpoint.port,
        user=endpoint.user,
        password=endpoint.password,
        dbname=endpoint.database,
        autocommit=True,
    )


def session(endpoint: Endpoint) -> list[object]:
    """Of everything a little; what came back."""
    with connect(endpoint) as connection:
        found: list[object] = [connection.info.parameter_status("server_version")]
        cursor = psycopg.RawCursor(connection)
        found += [
            cursor.execute(OWN, [5], prepare=True, binary=binary).fetchall()
            for binary in (False, True)
        ]
        found.append(cursor.execute("SELECT $1::text", ["side"]).fetchone())
        connection.execute("SET application_name = 'somebody'")
        found.append(connection.info.parameter_status("application_name"))
        with connection.transaction():
            connection.execute("CREATE TEMP TABLE t (a int)")
            found.append(connection.info.transaction_status)
            with connection.cursor().copy("COPY t FROM STDIN") as copy:
                for number in range(1000):
                    copy.write_row([number])
            found.append(connection.execute("INSERT INTO t VALUES (1), (2)").rowcount)
        with connection.cursor().copy("COPY t TO STDOUT") as out:
            found.append(len(list(out.rows())))
        try:
            connection.execute("SELECT 1/0")
        except psycopg.errors.DivisionByZero as error:
            found.append(str(error))
        with connection.pipeline():
            answers = [connection.execute("SELECT %s::int4", [n]) for n in range(3)]
        found += [answer.fetchone() for answer in answers]
    return found


def assert_missing_is_named(endpoint: Endpoint) -> None:
    """A statement that could not be prepared is not in the recording."""
    with (
        connect(endpoint) as connection,
        pytest.raises(
            psycopg.errors.FeatureNotSupported, match=r"no recording of this statement .*missing"
        ),
    ):
        connection.execute("SELECT * FROM missing WHERE a = %s", [1])


def test_a_session_is_answered_as_it_was(
    recorded: Endpoint, recording: Recording, serve: Callable[[bytes], ReplayServer]
) -> None:
    with connect(recorded) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with connect(recorded) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT * FROM missing WHERE a = %s", [1])
    live = session(recorded)
    replay = serve(recording.encode())
    assert session(replay.endpoint) == live
    assert_missing_is_named(replay.endpoint)


def test_another_client_is_answered_with_own_statements(
    recorded: Endpoint, recording: Recording, serve: Callable[[bytes], ReplayServer]
) -> None:
    live = session(recorded)
    replay = serve(recording.encode())
    with connect(replay.endpoint) as connection:
        cursor = psycopg.RawCursor(connection)
        assert cursor.execute(OWN, ["7"], binary=True).fetchall() == live[1]


def test_answers_that_differ_are_refused(recorded: Endpoint, recording: Recording) -> None:
    with connect(recorded) as connection:
        cursor = psycopg.RawCursor(connection)
        for rows in (1, 2):
            cursor.execute(OWN, [rows])
    with pytest.raises(RecordingError, match="answers differ"):
        recording.encode()


def test_equal_answers_are_written_once(recorded: Endpoint, recording: Recording) -> None:
    with connect(recorded) as connection:
        for number in range(3):
            connection.execute(f"SELECT repeat('x', 100000) -- {number}").fetchall()
    assert len(recording.encode()) < 200_000


@pytest.mark.parametrize(
    ("formats", "key"),
    [((), b"\0"), ((0,), b"\0"), ((1,), b"\1"), ((1, 1), b"\1"), ((0, 1), b"\0\1")],
)
def test_result_formats_become_a_key(formats: tuple[int, ...], key: bytes) -> None:
    assert formats_key(formats) == key
