"""SCRAM-SHA-256 through the frontend, against a server written from the RFC."""

from __future__ import annotations

import pytest

import backend as b
from conversation import Conversation, Waiter
from pgstride.exceptions import InterfaceError, ProtocolError
from scram_server import ScramServer

READY = (b.authentication_ok(), b.backend_key_data(), b.ready_for_query())


class Exchange:
    """A start-up with SCRAM, step by step."""

    def __init__(self, server: ScramServer | None = None, password: str = "secret") -> None:
        self.conversation, self.waiter = Conversation(), Waiter()
        self.server = server or ScramServer()
        self.conversation.start_up({"user": "ann"}, password, self.waiter)
        self.conversation.take_output()

    def offer(self, *mechanisms: str) -> None:
        self.conversation.hears(b.authentication_sasl(*mechanisms or ("SCRAM-SHA-256",)))

    def first(self) -> bytes:
        """The server's first message, for what the client has said."""
        [(kind, body)] = self.conversation.says()
        assert kind == "p"
        mechanism, _, rest = body.partition(b"\0")
        assert mechanism == b"SCRAM-SHA-256"
        assert int.from_bytes(rest[:4], "big") == len(rest) - 4
        answer = self.server.first(rest[4:])
        assert self.server.header == b"n", "without encryption there is nothing to bind to"
        return answer

    def final(self) -> bytes:
        """The server's final message, for what the client has said."""
        [(kind, body)] = self.conversation.says()
        assert kind == "p"
        return self.server.final(body)

    def until_final(self) -> bytes:
        self.offer()
        self.conversation.hears(b.authentication_sasl_continue(self.first()))
        return self.final()

    @property
    def error(self) -> BaseException:
        assert self.conversation.broken is self.waiter.error
        return self.waiter.error


def test_both_sides_prove_that_they_know_the_password():
    exchange = Exchange()
    final = exchange.until_final()
    exchange.conversation.hears(b.authentication_sasl_final(final), *READY)
    assert exchange.waiter.result.authenticated
    assert exchange.conversation.take_output() == b""


@pytest.mark.parametrize("cut", [1, 4, 5, 8, 9, 20])
def test_messages_may_come_in_pieces(cut: int):
    exchange = Exchange()
    conversation = exchange.conversation

    def in_pieces(data: bytes) -> None:
        for start in range(0, len(data), cut):
            conversation.receive(data[start : start + cut])

    in_pieces(b.authentication_sasl("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"))
    in_pieces(b.authentication_sasl_continue(exchange.first()))
    in_pieces(b.authentication_sasl_final(exchange.final()) + b"".join(READY))
    assert exchange.waiter.result.authenticated


def test_a_wrong_password_is_refused_by_the_server():
    exchange = Exchange(password="wrong")
    final = exchange.until_final()
    assert final == b"e=invalid-proof"
    exchange.conversation.hears(b.authentication_sasl_final(final))
    assert isinstance(exchange.error, InterfaceError)


def test_a_server_that_does_not_know_the_password_is_refused():
    exchange = Exchange()
    exchange.until_final()
    exchange.conversation.hears(b.authentication_sasl_final(b"v=" + b"A" * 43 + b"="), *READY)
    assert isinstance(exchange.error, InterfaceError)
    assert "signature" in str(exchange.error)


@pytest.mark.parametrize("step", ["offer", "continue"])
def test_authentication_ok_before_the_server_proved_itself_is_refused(step: str):
    exchange = Exchange()
    exchange.offer()
    if step == "continue":
        exchange.conversation.hears(b.authentication_sasl_continue(exchange.first()))
    exchange.conversation.hears(*READY)
    assert isinstance(exchange.error, ProtocolError)


@pytest.mark.parametrize("step", ["offer", "continue", "final"])
@pytest.mark.parametrize(
    "other",
    [b.authentication_cleartext(), b.authentication_md5(), b.authentication_sasl("SCRAM-SHA-256")],
    ids=["cleartext", "md5", "sasl"],
)
def test_no_other_method_may_follow_once_scram_has_begun(step: str, other: bytes):
    exchange = Exchange()
    exchange.offer()
    if step != "offer":
        exchange.conversation.hears(b.authentication_sasl_continue(exchange.first()))
    if step == "final":
        exchange.conversation.hears(b.authentication_sasl_final(exchange.final()))
    exchange.conversation.take_output()
    exchange.conversation.hears(other)
    assert isinstance(exchange.error, ProtocolError)
    assert exchange.conversation.take_output() == b"", "the password is not given away"


def test_the_server_may_not_skip_its_first_message():
    exchange = Exchange()
    exchange.offer()
    exchange.conversation.hears(b.authentication_sasl_final(b"v=AAAA"))
    assert isinstance(exchange.error, ProtocolError)


def test_the_server_may_not_repeat_its_first_message():
    exchange = Exchange()
    exchange.offer()
    again = b.authentication_sasl_continue(exchange.first())
    exchange.conversation.hears(again, again)
    assert isinstance(exchange.error, ProtocolError)


def test_the_server_may_not_repeat_its_final_message():
    exchange = Exchange()
    final = b.authentication_sasl_final(exchange.until_final())
    exchange.conversation.hears(final, final)
    assert isinstance(exchange.error, ProtocolError)


def test_ready_before_the_server_proved_itself_is_refused():
    exchange = Exchange()
    exchange.offer()
    exchange.conversation.hears(b.ready_for_query())
    assert isinstance(exchange.error, ProtocolError)


@pytest.mark.parametrize("iterations", [b"2000001", b"99999999999999999999", b"0", b"-1", b"x"])
def test_an_absurd_number_of_iterations_costs_nothing(iterations: bytes):
    exchange = Exchange()
    exchange.offer()
    first = exchange.first().rpartition(b",i=")[0] + b",i=" + iterations
    exchange.conversation.hears(b.authentication_sasl_continue(first))
    assert isinstance(exchange.error, ProtocolError)


def test_mechanisms_that_are_not_supported_are_named():
    exchange = Exchange()
    exchange.offer("OAUTHBEARER", "GS2-KRB5")
    assert isinstance(exchange.error, InterfaceError)
    assert "OAUTHBEARER, GS2-KRB5" in str(exchange.error)


@pytest.mark.parametrize("body", [b"", b"\0", b"SCRAM-SHA-256", b"SCRAM-SHA-256\0"])
def test_a_list_of_mechanisms_without_an_end_is_refused(body: bytes):
    exchange = Exchange()
    exchange.conversation.hears(b.authentication(10, body))
    assert isinstance(exchange.error, (ProtocolError, InterfaceError))
    assert exchange.conversation.take_output() == b""


def test_a_mechanism_whose_name_only_begins_like_scram_is_not_taken_for_it():
    exchange = Exchange()
    exchange.offer("SCRAM-SHA-256-NEXT", "XSCRAM-SHA-256")
    assert isinstance(exchange.error, InterfaceError)
