"""The replay server speaks the protocol's version 3, message by message."""

from __future__ import annotations

import socket
import struct

import pytest

from pgbench_drivers.replay.replay_server import ReplayServer
from tests.replay.conftest import OWN, ROWS, STRICT
from tests.replay.raw import (
    FLUSH,
    SYNC,
    TERMINATE,
    RawClient,
    bind,
    close,
    describe,
    error_text,
    execute,
    kinds,
    message,
    parse,
    query,
    startup,
)

SSL_REQUEST, GSSENC_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102


def test_it_lets_everybody_in_with_the_recorded_settings(replay: ReplayServer) -> None:
    with RawClient(replay.endpoint.port) as raw:
        answers = raw.start(user="somebody", database="else")
    assert kinds(answers) == "RSKZ"
    assert answers[0][1] == b"\0\0\0\0"
    assert answers[1][1] == b"server_version\x0018.0\0"
    assert answers[-1][1] == b"I"


@pytest.mark.parametrize("code", [SSL_REQUEST, GSSENC_REQUEST])
def test_encryption_is_declined_politely(replay: ReplayServer, code: int) -> None:
    with RawClient(replay.endpoint.port) as raw:
        raw.send(struct.pack("!II", 8, code))
        assert raw.read_byte() == b"N"
        assert kinds(raw.start()) == "RSKZ"


def test_a_cancel_request_disturbs_nobody(replay: ReplayServer, client: RawClient) -> None:
    with RawClient(replay.endpoint.port) as raw:
        raw.send(struct.pack("!IIII", 16, CANCEL_REQUEST, 1, 1))
        assert raw.read() is None
    assert kinds(client.ask(query("BEGIN"))) == "CZ"


def test_newer_versions_and_unknown_options_are_negotiated(replay: ReplayServer) -> None:
    with RawClient(replay.endpoint.port) as raw:
        answers = raw.ask(startup((3 << 16) + 9999, user="u", **{"_pq_.grease": "1"}))
    assert kinds(answers) == "vRSKZ"
    assert answers[0][1] == struct.pack("!II", (3 << 16) + 2, 1) + b"_pq_.grease\0"


def test_version_two_is_refused(replay: ReplayServer) -> None:
    with RawClient(replay.endpoint.port) as raw:
        answers = raw.ask(startup(2 << 16))
    assert "version 3 of the protocol only" in error_text(answers)


def test_the_extended_protocol_in_one_pipeline(client: RawClient) -> None:
    answers = client.ask(
        parse(OWN, "s"), describe("S", "s"), bind(name="s"), describe("P"), execute(), SYNC
    )
    assert kinds(answers) == "1tT2T" + "D" * ROWS + "CZ"
    assert [body for kind, body in answers if kind == "C"] == [b"SELECT 3\0"]


@pytest.mark.parametrize(
    ("formats", "described", "first"),
    [
        ((), (0, 0), b"0"),
        ((0,), (0, 0), b"0"),
        ((1,), (1, 1), b"\0\0\0\0"),
        ((1, 1), (1, 1), b"\0\0\0\0"),
        ((1, 0), (1, 0), b"\0\0\0\0"),
    ],
)
def test_results_come_in_the_formats_that_bind_asks_for(
    client: RawClient, formats: tuple[int, ...], described: tuple[int, int], first: bytes
) -> None:
    answers = client.ask(parse(OWN), bind(formats=formats), describe("P"), execute(), SYNC)
    fields = answers[2][1]
    assert (fields[2 + 2 + 17], fields[2 + 20 + 2 + 17]) == described
    assert answers[3][1][6 : 6 + len(first)] == first


def test_own_statements_are_answered_whatever_parameters_and_types(client: RawClient) -> None:
    answers = client.ask(parse(OWN, types=(20, 25)), bind((b"5", None)), execute(), SYNC)
    assert kinds(answers) == "12" + "D" * ROWS + "CZ"


def test_a_statement_is_prepared_once_and_executed_often(client: RawClient) -> None:
    client.ask(parse(OWN, "s"), SYNC)
    one = bind(name="s") + execute() + SYNC
    client.send(one * 50)
    for _ in range(50):
        assert kinds(client.answers()) == "2" + "D" * ROWS + "CZ"


def test_other_statements_are_answered_to_the_recorded_parameters_only(client: RawClient) -> None:
    assert kinds(client.ask(parse(STRICT), bind((b"1",)), execute(), SYNC)) == "12DCZ"
    answers = client.ask(parse(STRICT), bind((b"2",)), execute(), SYNC)
    assert kinds(answers) == "1EZ"
    assert error_text(answers).startswith("0A000 the replay has no recording")
    assert error_text(answers).endswith(f"with these parameters and result formats: {STRICT}")


def test_what_was_not_recorded_is_named(client: RawClient) -> None:
    answers = client.ask(parse("SELECT nothing"), bind(), execute(), SYNC)
    assert kinds(answers) == "EZ"
    assert error_text(answers).endswith("parameter types: SELECT nothing")
    assert error_text(client.ask(query("SELECT no"))).endswith("simple query: SELECT no")
    assert kinds(client.ask(parse(OWN), SYNC)) == "1Z"


def test_a_long_statement_is_named_by_whole_characters(client: RawClient) -> None:
    text = error_text(client.ask(query("é" * 1000)))
    assert text.endswith("é" * 150)


def test_rows_come_in_portions(client: RawClient) -> None:
    answers = client.ask(parse(OWN), bind(portal="p"), execute("p", 2), execute("p", 2), SYNC)
    assert kinds(answers) == "12DDsDCZ"
    answers = client.ask(parse(OWN), bind(), execute("", 3), execute("", 3), SYNC)
    assert kinds(answers) == "12DDDsCZ"
    answers = client.ask(parse(OWN), bind(), execute("", 1), execute(), execute(), SYNC)
    assert kinds(answers) == "12DsDDCCZ"


def test_portals_end_with_their_transaction(client: RawClient) -> None:
    client.ask(query("BEGIN"))
    assert kinds(client.ask(parse(OWN), bind(portal="p"), SYNC)) == "12Z"
    assert kinds(client.ask(execute("p"), SYNC)) == "DDDCZ"
    client.ask(query("COMMIT"))
    client.ask(SYNC)
    assert error_text(client.ask(execute("p"), SYNC)).startswith("34000")


def test_close_forgets_and_never_fails(client: RawClient) -> None:
    assert kinds(client.ask(parse(OWN, "s"), close("S", "s"), close("P", "no"), SYNC)) == "133Z"
    assert error_text(client.ask(bind(name="s"), SYNC)).startswith("26000")
    assert error_text(client.ask(describe("S", "s"), SYNC)).startswith("26000")


def test_a_flush_needs_no_sync_to_be_answered(client: RawClient) -> None:
    client.send(parse(OWN), describe("S"), FLUSH)
    assert [(client.read() or ("", b""))[0] for _ in range(3)] == ["1", "t", "T"]
    assert kinds(client.ask(SYNC)) == "Z"


def test_after_an_error_all_is_skipped_to_the_sync(client: RawClient) -> None:
    answers = client.ask(parse("SELECT 1/0"), bind(), execute(), parse(OWN), query("BEGIN"), SYNC)
    assert kinds(answers) == "12EZ"
    assert "division by zero" in error_text(answers)
    assert answers[-1][1] == b"I"


def test_the_transaction_is_followed(client: RawClient) -> None:
    def state(answers: list[tuple[str, bytes]]) -> bytes:
        return answers[-1][1]

    assert state(client.ask(query("BEGIN"))) == b"T"
    assert state(client.ask(query("INSERT"))) == b"T"
    assert state(client.ask(query("SELECT missing"))) == b"E"
    assert state(client.ask(query("COMMIT"))) == b"I"
    assert state(client.ask(parse("BEGIN"), bind(), execute(), SYNC)) == b"T"
    assert state(client.ask(parse("SELECT 1/0"), bind(), execute(), SYNC)) == b"E"
    assert state(client.ask(parse("COMMIT"), bind(), execute(), SYNC)) == b"I"


def test_an_empty_query_has_an_empty_answer(client: RawClient) -> None:
    assert kinds(client.ask(query(""))) == "IZ"


def test_copy_in_is_discarded_and_counted(client: RawClient, replay: ReplayServer) -> None:
    data = message("d", b"1\n" * 100_000)
    client.send(query("COPY t FROM STDIN"), data, message("d", b""), FLUSH, SYNC, message("c"))
    assert kinds(client.answers()) == "GCZ"
    answers = client.ask(
        parse("COPY t FROM STDIN"), bind(), execute(), SYNC, data, message("c"), SYNC
    )
    assert kinds(answers) == "12GCZ"
    served = {s.protocol: s for s in replay.statistics().statements}
    for protocol in ("simple", "extended"):
        assert served[protocol].copied_bytes == 200_000
        assert served[protocol].written_rows == 7
    assert replay.statistics().written_rows == 14


def test_a_copy_that_the_client_gives_up_has_failed(client: RawClient) -> None:
    answers = client.ask(query("COPY t FROM STDIN"), message("d", b"1\n"), message("f", b"no\0"))
    assert kinds(answers) == "GEZ"
    assert kinds(client.ask(message("c"), message("d", b"late"), query("BEGIN"))) == "CZ"


def test_copy_out_is_as_it_was(client: RawClient) -> None:
    assert kinds(client.ask(query("COPY t TO STDOUT"))) == "HdcCZ"


def test_messages_may_come_byte_by_byte(replay: ReplayServer) -> None:
    with RawClient(replay.endpoint.port) as raw:
        raw.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sent = startup() + parse(OWN) + bind() + execute() + SYNC
        sent += query("COPY t FROM STDIN") + message("d", b"1\n") + message("c")
        for byte in sent:
            raw.send(bytes([byte]))
        assert kinds(raw.answers()) == "RSKZ"
        assert kinds(raw.answers()) == "12DDDCZ"
        assert kinds(raw.answers()) == "GCZ"


def test_a_client_that_does_not_read_does_not_hold_up_others(
    replay: ReplayServer, client: RawClient
) -> None:
    with RawClient(replay.endpoint.port) as slow:
        slow.start()
        slow.send(query("SELECT big") * 10)
        assert kinds(client.ask(query("BEGIN"))) == "CZ"
        for _ in range(10):
            assert kinds(slow.answers()) == "T" + "D" * 20_000 + "Z"


def test_statistics_tell_what_was_served(replay: ReplayServer, client: RawClient) -> None:
    client.ask(parse(OWN), bind(), execute(), SYNC)
    client.ask(query("INSERT"))
    found = replay.statistics()
    assert found.connections == 1
    by_sql = {statement.sql: statement for statement in found.statements}
    assert (by_sql[OWN].executions, by_sql[OWN].rows) == (1, ROWS)
    assert by_sql["INSERT"].written_rows == 5


def test_rows_written_under_a_row_limit_count(replay: ReplayServer, client: RawClient) -> None:
    # pgjdbc limits what it wants no rows of to one.
    client.ask(parse("INSERT"), bind(), execute(limit=1), bind(), execute(limit=1), SYNC)
    by_sql = {one.sql: one for one in replay.statistics().statements}
    assert by_sql["INSERT"].executions == 2
    assert by_sql["INSERT"].written_rows == 10


def test_terminate_closes(client: RawClient) -> None:
    client.send(TERMINATE)
    assert client.read() is None
