"""A Session without an event loop: what cancelling leaves behind."""

from __future__ import annotations

import asyncio

import pytest

import backend as b
from conversation import decoder, integers, kinds, split
from pgstride.aio.session import Session
from pgstride.core.statement import Statement
from pgstride.exceptions import InterfaceError


class Transport:
    """Keeps what is written."""

    def get_extra_info(self, name):
        return None

    def __init__(self) -> None:
        self.written = b""
        self.aborted = False

    def write(self, data: bytes) -> None:
        self.written += data

    def abort(self) -> None:
        self.aborted = True

    def take(self) -> list[tuple[str, bytes]]:
        taken, self.written = self.written, b""
        return list(split(taken))


class Cancelling(Session):
    """Counts the CancelRequests instead of sending them."""

    requests = 0

    def request_cancel(self) -> None:
        self.requests += 1


@pytest.fixture
def loop():
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture
def transport():
    return Transport()


@pytest.fixture
def session(loop, transport):
    made = Cancelling(loop)
    made.connection_made(transport)
    return made


def statement() -> Statement:
    return Statement("SELECT 1", b"s1", (), decoder(("n", b.INT4)))


ANSWER = b.bind_complete() + integers(1) + b.command_complete("SELECT 1") + b.ready_for_query()
DESCRIBED = b.parse_complete() + b.parameter_description() + b.no_data() + b.ready_for_query()


def test_after_a_cancelled_statement_all_is_held_until_both_ends_are_done(session):
    session.remember(statement())
    waiter = session.start_query("SELECT 1", (), 0, None, None)
    waiter.cancel()
    session.cancel_waiting(waiter)
    assert session.requests == 1
    assert session.start_query("SELECT 1", (), 0, None, None) is None
    session.receive(ANSWER)
    assert session.hold is not None, "the server may still take the request"
    session.cancel_sent()
    assert session.hold is None
    assert session.start_query("SELECT 1", (), 0, None, None) is not None


def test_the_other_way_round_too(session):
    session.remember(statement())
    waiter = session.start_query("SELECT 1", (), 0, None, None)
    session.cancel_waiting(waiter)
    session.cancel_sent()
    assert session.hold is not None, "the statement has not ended"
    session.receive(ANSWER)
    assert session.hold is None


def test_nothing_is_held_once_the_connection_is_lost(session):
    session.remember(statement())
    waiter = session.start_query("SELECT 1", (), 0, None, None)
    session.cancel_waiting(waiter)
    hold = session.hold
    session.connection_lost(None)
    assert hold.done()
    # Who waits in a loop for as long as it is held would wait for ever.
    assert session.hold is None
    session.cancel_sent()
    assert session.hold is None


def test_nothing_is_cancelled_that_has_been_answered(session):
    waiter = session.start_statement(statement(), (), 0, None, None)
    session.receive(ANSWER)
    session.cancel_waiting(waiter)
    assert session.requests == 0
    assert session.hold is None


def test_a_statement_whose_description_came_too_late_is_closed(session, loop, transport):
    operation = session.parse("SELECT 1", b"late", loop.create_future())
    waiter = session.start_operation(operation, None)
    session.receive(DESCRIBED)
    session.cancel_waiting(waiter)
    transport.take()
    session.start_statement(statement(), (), 0, None, None)
    assert transport.take()[0] == ("C", b"Slate\0")


def test_two_operations_at_once_are_refused(session):
    session.start_statement(statement(), (), 0, None, None)
    with pytest.raises(InterfaceError, match="another operation is in progress"):
        session.start_statement(statement(), (), 0, None, None)


def test_a_protocol_error_aborts_the_transport(session, transport):
    waiter = session.start_statement(statement(), (), 0, None, None)
    session.receive(b.message(b"?"))
    assert transport.aborted
    assert waiter.exception() is session.broken
    session.connection_lost(None)
    assert session.closed_waiter.done()


def test_a_lost_connection_releases_all_who_wait(session):
    waiter = session.start_statement(statement(), (), 0, None, None)
    session.pause_writing()
    room = session.wait_for_room()
    session.cancel_waiting(waiter)
    hold = session.hold
    session.connection_lost(ConnectionResetError("gone"))
    assert room.done()
    assert hold.done()
    assert session.closed_waiter.done()
    with pytest.raises(InterfaceError, match="closed"):
        session.check_free()


def test_the_statement_that_was_used_longest_ago_makes_room(loop, transport):
    session = Cancelling(loop, statement_limit=2)
    session.connection_made(transport)
    for number in range(3):
        session.remember(Statement(f"SELECT {number}", b"s%d" % number, (), None))
        session.find_statement("SELECT 0")
    assert {made.query for made in session.cached_statements} == {"SELECT 0", "SELECT 2"}
    session.start_statement(statement(), (), 0, None, None)
    sent = transport.take()
    assert kinds(sent) == "CBES"
    assert sent[0] == ("C", b"Ss1\0")
