"""Start-up: what is said, what is understood, and which answers are refused."""

from __future__ import annotations

import hashlib

import pytest

import backend as b
from conversation import Conversation, Waiter, kinds
from pgstride.exceptions import (
    InterfaceError,
    InvalidAuthorizationSpecificationError,
    InvalidPasswordError,
    ProtocolError,
    UnsupportedServerFeatureError,
)

READY = (b.backend_key_data(), b.ready_for_query())


def starting(password: str | None = "secret", **more: str) -> tuple[Conversation, Waiter]:
    conversation, waiter = Conversation(), Waiter()
    conversation.start_up({"user": "ann", "database": "shop", **more}, password, waiter)
    return conversation, waiter


def spoken(password: str | None = "secret") -> tuple[Conversation, Waiter]:
    """After the StartupMessage was sent."""
    conversation, waiter = starting(password)
    conversation.take_output()
    return conversation, waiter


# -- what is said


def test_the_startup_message_has_version_3_0_and_the_parameters():
    conversation, _ = starting(application_name="café")
    sent = conversation.take_output()
    assert int.from_bytes(sent[:4], "big") == len(sent)
    assert sent[4:8] == b.int32(3 << 16)
    assert sent[8:] == "user\0ann\0database\0shop\0application_name\0café\0\0".encode()


@pytest.mark.parametrize("place", ["user", "search_path"])
def test_a_null_character_in_a_parameter_is_refused(place: str):
    with pytest.raises(ValueError, match="null character"):
        starting(**{place: "ann\0database\0other"})


def test_a_null_character_in_the_password_is_refused():
    conversation, waiter = spoken("sec\0ret")
    conversation.hears(b.authentication_cleartext())
    assert isinstance(waiter.error, ValueError)
    assert conversation.take_output() == b""


# -- authentication without SCRAM


def test_trust_needs_no_password():
    conversation, waiter = spoken(None)
    conversation.hears(b.authentication_ok(), *READY)
    assert waiter.result.authenticated
    assert conversation.take_output() == b""
    assert conversation.status == "I"


def test_a_cleartext_password_is_sent_as_it_is():
    conversation, waiter = spoken("geheim")
    conversation.hears(b.authentication_cleartext())
    assert conversation.says() == [("p", b"geheim\0")]
    conversation.hears(b.authentication_ok(), *READY)
    assert waiter.result.authenticated


def test_md5_mixes_user_password_and_salt():
    conversation, waiter = spoken("geheim")
    conversation.hears(b.authentication_md5(b"1234"))
    inner = hashlib.md5(b"geheimann").hexdigest().encode()
    expected = b"md5" + hashlib.md5(inner + b"1234").hexdigest().encode() + b"\0"
    assert conversation.says() == [("p", expected)]
    conversation.hears(b.authentication_ok(), *READY)
    assert waiter.result.authenticated


@pytest.mark.parametrize("salt", [b"", b"123", b"12345"])
def test_an_md5_salt_has_four_bytes(salt: bytes):
    conversation, waiter = spoken()
    conversation.hears(b.authentication_md5(salt))
    assert isinstance(waiter.error, ProtocolError)
    assert "AuthenticationMD5Password" in str(waiter.error)
    assert conversation.take_output() == b""


@pytest.mark.parametrize(
    "request_",
    [
        b.authentication_cleartext(),
        b.authentication_md5(),
        b.authentication_sasl("SCRAM-SHA-256"),
    ],
)
def test_a_password_that_was_not_given_is_asked_of_the_user(request_: bytes):
    conversation, waiter = spoken(None)
    conversation.hears(request_)
    assert isinstance(waiter.error, InvalidPasswordError)
    assert 'user "ann"' in str(waiter.error)
    assert conversation.broken is waiter.error


@pytest.mark.parametrize(("code", "name"), [(2, "Kerberos"), (6, "SCM")])
def test_a_method_that_is_not_supported_is_named(code: int, name: str):
    conversation, waiter = spoken()
    conversation.hears(b.authentication(code))
    assert isinstance(waiter.error, InterfaceError)
    assert name in str(waiter.error)


@pytest.mark.parametrize("code", [1, 4, 8, 11, 12, 13, 0x7FFFFFFF, -1])
def test_an_unknown_code_is_a_protocol_error(code: int):
    conversation, waiter = spoken()
    conversation.hears(b.authentication(code))
    assert isinstance(waiter.error, ProtocolError)
    assert "Authentication" in str(waiter.error)


@pytest.mark.parametrize("size", range(4))
def test_an_authentication_message_without_a_whole_code_is_refused(size: int):
    conversation, waiter = spoken()
    conversation.hears(b.message(b"R", bytes(size)))
    assert isinstance(waiter.error, ProtocolError)
    assert "Authentication" in str(waiter.error)


def test_an_error_ends_the_start_up_though_the_server_does_not_hang_up():
    conversation, waiter = spoken()
    conversation.hears(b.error_response('role "ann" does not exist', "28000", "FATAL"))
    assert isinstance(waiter.error, InvalidAuthorizationSpecificationError)
    assert conversation.broken is waiter.error


# -- a server that is not to be believed


def test_ready_before_authentication_ok_is_refused():
    conversation, waiter = spoken()
    conversation.hears(*READY)
    assert isinstance(waiter.error, ProtocolError)
    assert conversation.broken is waiter.error


def test_ready_while_a_password_is_being_checked_is_refused():
    conversation, waiter = spoken()
    conversation.hears(b.authentication_cleartext(), b.ready_for_query())
    assert isinstance(waiter.error, ProtocolError)


@pytest.mark.parametrize(
    "second",
    [b.authentication_cleartext(), b.authentication_md5(), b.authentication_sasl("SCRAM-SHA-256")],
)
@pytest.mark.parametrize("first", [b.authentication_cleartext(), b.authentication_md5()])
def test_a_second_method_is_refused_after_the_first(first: bytes, second: bytes):
    conversation, waiter = spoken()
    conversation.hears(first)
    conversation.take_output()
    conversation.hears(second)
    assert isinstance(waiter.error, ProtocolError)
    assert conversation.take_output() == b""


@pytest.mark.parametrize("again", [b.authentication_ok(), b.authentication_cleartext()])
def test_authentication_is_over_after_authentication_ok(again: bytes):
    conversation, waiter = spoken()
    conversation.hears(b.authentication_ok(), again, *READY)
    assert isinstance(waiter.error, ProtocolError)
    assert conversation.take_output() == b""


@pytest.mark.parametrize(
    "wrong",
    [
        b.data_row(b"x"),
        b.command_complete("SELECT 1"),
        b.bind_complete(),
        b.row_description(),
        b.copy_in_response(),
        b.message(b"?"),
    ],
)
@pytest.mark.parametrize("after_ok", [False, True])
def test_messages_of_queries_are_refused(wrong: bytes, after_ok: bool):
    conversation, waiter = spoken()
    conversation.hears(*[b.authentication_ok()] * after_ok, wrong)
    assert isinstance(waiter.error, ProtocolError)


def test_backend_key_data_before_authentication_is_refused():
    conversation, waiter = spoken()
    conversation.hears(b.backend_key_data())
    assert isinstance(waiter.error, ProtocolError)


MOST_BYTES = 1 << 20


@pytest.mark.parametrize(
    "endless",
    [
        lambda number: b.notice_response(f"number {number}"),
        lambda number: b.parameter_status(f"name{number}", "x" * 100),
        lambda number: b.negotiate_protocol_version(3 << 16, f"_pq_.{number}"),
        lambda number: b"R" + b.int32(0x3FFFFFFF) if number == 0 else bytes(100),
        lambda number: b"S" + b.int32(0x3FFFFFFF) if number == 0 else bytes(100),
    ],
)
@pytest.mark.parametrize("after_ok", [False, True])
def test_a_server_that_never_comes_to_an_end_is_refused(endless, after_ok: bool):
    conversation, waiter = spoken()
    conversation.hears(*[b.authentication_ok()] * after_ok)
    sent = 0
    while not waiter.done():
        data = endless(sent)
        conversation.hears(data)
        sent += len(data)
        assert sent < MOST_BYTES + 1000
    assert isinstance(waiter.error, ProtocolError)
    assert "without being ready" in str(waiter.error)
    assert conversation.broken is waiter.error


def test_a_server_may_have_much_to_say_and_more_once_it_is_ready():
    conversation, waiter = spoken()
    notice = b.notice_response("x" * 100_000)
    conversation.hears(b.authentication_ok(), *[notice] * 9, *READY)
    assert waiter.result.authenticated
    conversation.hears(*[notice] * 100)
    assert conversation.broken is None
    assert len(conversation.unasked) == 109


# -- what the server says of itself


@pytest.mark.parametrize("length", [4, 16, 32, 256])
def test_a_key_of_protocol_3_0_or_3_2_is_kept_for_cancelling(length: int):
    conversation, waiter = spoken()
    key = bytes(range(256))[:length]
    conversation.hears(b.authentication_ok(), b.backend_key_data(-2, key), b.ready_for_query())
    assert waiter.result.cancel_key == key
    assert conversation.backend_pid == -2
    request = conversation.cancel_request()
    assert request == b.int32(12 + length) + b.int32(80877102) + b.int32(-2) + key


@pytest.mark.parametrize("size", [0, 3, 4, 7, 4 + 257, 100_000])
def test_a_key_of_impossible_length_is_refused(size: int):
    conversation, waiter = spoken()
    conversation.hears(b.authentication_ok(), b.message(b"K", bytes(size)))
    assert isinstance(waiter.error, ProtocolError)
    assert "BackendKeyData" in str(waiter.error)


def test_without_a_key_there_is_no_cancel_request():
    conversation, waiter = spoken()
    conversation.hears(b.authentication_ok(), b.ready_for_query())
    assert waiter.result.authenticated
    assert conversation.cancel_request() is None


V3_0, V3_2 = 3 << 16, 3 << 16 | 2


def asking_for(version: int, oldest: int = V3_0) -> tuple[Conversation, Waiter]:
    conversation, waiter = Conversation(), Waiter()
    conversation.start_up({"user": "ann"}, None, waiter, version=version, oldest_version=oldest)
    assert conversation.take_output()[4:8] == b.int32(version)
    return conversation, waiter


def test_a_server_that_does_not_negotiate_speaks_what_it_was_asked_for():
    conversation, waiter = asking_for(V3_2)
    conversation.hears(b.authentication_ok(), *READY)
    assert waiter.result.protocol_version == V3_2


@pytest.mark.parametrize("answer", [V3_0, 0])
def test_a_server_may_speak_an_older_version(answer: int):
    conversation, waiter = asking_for(V3_2)
    conversation.hears(b.negotiate_protocol_version(answer), b.authentication_ok(), *READY)
    assert waiter.result.protocol_version == V3_0


@pytest.mark.parametrize("answer", [V3_0, V3_0 | 1, 0, 1])
def test_a_version_that_is_too_old_is_refused(answer: int):
    conversation, waiter = asking_for(V3_2, oldest=V3_2)
    conversation.hears(b.negotiate_protocol_version(answer), b.authentication_cleartext())
    assert isinstance(waiter.error, UnsupportedServerFeatureError)
    assert "min_protocol_version" in str(waiter.error)
    assert conversation.take_output() == b""


@pytest.mark.parametrize("answer", [V3_2 + 1, 3, 2 << 16, 4 << 16, -1, -(2**31)])
def test_a_version_that_was_not_asked_for_is_refused(answer: int):
    conversation, waiter = asking_for(V3_2)
    conversation.hears(b.negotiate_protocol_version(answer))
    assert isinstance(waiter.error, ProtocolError)
    assert "NegotiateProtocolVersion" in str(waiter.error)


@pytest.mark.parametrize("options", [(), ("_pq_.one", "_pq_.two")])
def test_an_older_minor_version_of_the_server_is_accepted(options: tuple[str, ...]):
    conversation, waiter = spoken()
    conversation.hears(
        b.negotiate_protocol_version(3 << 16, *options), b.authentication_ok(), *READY
    )
    assert waiter.result.authenticated


@pytest.mark.parametrize(
    "body",
    [
        b"",
        bytes(7),
        bytes(4) + b.int32(1),
        bytes(4) + b.int32(1) + b"open",
        bytes(9),
        bytes(4) + b.int32(-1),
        bytes(4) + b.int32(0x7FFFFFFF) + b"a\0",
    ],
)
def test_a_malformed_negotiation_is_refused(body: bytes):
    conversation, waiter = spoken()
    conversation.hears(b.message(b"v", body))
    assert isinstance(waiter.error, ProtocolError)
    assert "NegotiateProtocolVersion" in str(waiter.error)


def test_settings_that_are_reported_are_kept():
    conversation, _ = spoken()
    conversation.hears(b.authentication_ok(), b.parameter_status("server_version", "18.1"), *READY)
    assert conversation.settings == {"server_version": "18.1"}


def test_notices_may_come_before_authentication():
    conversation, waiter = spoken()
    conversation.hears(b.notice_response("hello"), b.authentication_ok(), *READY)
    assert waiter.result.authenticated
    assert len(conversation.unasked) == 1


def test_nothing_of_the_start_up_is_sent_unasked():
    conversation, _ = spoken()
    conversation.hears(b.authentication_ok(), *READY)
    assert kinds(conversation.says()) == ""
