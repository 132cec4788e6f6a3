"""SCRAM-SHA-256: RFC 7677's example, and everything that a server must not get away with."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgstride.authentication import ScramClient
from pgstride.authentication.scram import MAX_ITERATIONS
from pgstride.exceptions import InterfaceError, ProtocolError

# RFC 7677, section 3.
NONCE = b"rOprNGfwEbeRWgbNEkqO"
SERVER_NONCE = NONCE + b"%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
SERVER_FIRST = b"r=" + SERVER_NONCE + b",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
CLIENT_FINAL = b"c=biws,r=" + SERVER_NONCE + b",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
SERVER_FINAL = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


class Server:
    """An independent server side, of a few lines."""

    def __init__(self, password: bytes, iterations: int = 1) -> None:
        self.salt, self.iterations = b"salt", iterations
        salted = hashlib.pbkdf2_hmac("sha256", password, self.salt, iterations)
        self.client_key = self.hmac(salted, b"Client Key")
        self.server_key = self.hmac(salted, b"Server Key")

    @staticmethod
    def hmac(key, data):
        return hmac.new(key, data, hashlib.sha256).digest()

    def first(self, client_first: bytes) -> bytes:
        self.client_first_bare = client_first.split(b",", 2)[2]
        nonce = self.client_first_bare.partition(b",r=")[2]
        salt = base64.b64encode(self.salt)
        self.server_first = b"r=%bserver,s=%b,i=%d" % (nonce, salt, self.iterations)
        return self.server_first

    def accepts(self, client_final: bytes) -> bool:
        without_proof, _, proof = client_final.rpartition(b",p=")
        self.signed = b",".join([self.client_first_bare, self.server_first, without_proof])
        stored_key = hashlib.sha256(self.client_key).digest()
        signature = self.hmac(stored_key, self.signed)
        key = bytes(a ^ b for a, b in zip(base64.b64decode(proof), signature, strict=True))
        return key == self.client_key

    def final(self) -> bytes:
        return b"v=" + base64.b64encode(self.hmac(self.server_key, self.signed))


@pytest.fixture
def client():
    return ScramClient("user", "pencil", nonce=NONCE)


def test_the_example_of_rfc_7677(client):
    assert client.mechanism == "SCRAM-SHA-256"
    assert client.first_message() == b"n,,n=user,r=" + NONCE
    assert client.final_message(SERVER_FIRST) == CLIENT_FINAL
    assert not client.verified
    client.verify(SERVER_FINAL)
    assert client.verified


@given(st.text(st.characters(max_codepoint=127)), st.text())
def test_the_right_password_is_accepted_whatever_it_is(password, user):
    server, client = Server(password.encode()), ScramClient(user, password)
    client_final = client.final_message(server.first(client.first_message()))
    assert server.accepts(client_final)
    client.verify(server.final())


def test_every_exchange_has_a_nonce_of_its_own():
    messages = {ScramClient("", "x").first_message() for _ in range(100)}
    assert len(messages) == 100
    assert all(message.startswith(b"n,,n=,r=") for message in messages)


def test_commas_and_equal_signs_in_user_names_are_escaped():
    client = ScramClient("a=b,c", "x", nonce=b"N")
    assert client.first_message() == b"n,,n=a=3Db=2Cc,r=N"


def test_extensions_after_what_is_known_are_passed_over(client):
    client.final_message(SERVER_FIRST + b",x=future")
    with pytest.raises(InterfaceError):  # they are signed too
        client.verify(SERVER_FINAL)


@pytest.mark.parametrize(
    ("server_first", "reason"),
    [
        (b"", "expected"),
        (b"r=" + SERVER_NONCE, "expected"),
        (SERVER_FIRST.replace(b"r=", b"m=ext,r="), "attribute r"),
        (SERVER_FIRST.replace(b"s=", b"t="), "attribute s"),
        (SERVER_FIRST.replace(b"i=", b"j="), "attribute i"),
        (SERVER_FIRST.replace(b"W22Z", b"W2-Z"), "base64"),
        (SERVER_FIRST.replace(b"W22ZaJ0SNY7soEsUEjb6gQ==", b""), "salt"),
        (SERVER_FIRST.replace(b"hvYD", b"hv\xffD"), "nonce"),
        (SERVER_FIRST.replace(b"hvYD", b"hv D"), "nonce"),
        (SERVER_FIRST.replace(SERVER_NONCE, NONCE), "does not extend"),
        (SERVER_FIRST.replace(SERVER_NONCE, b"x" + SERVER_NONCE), "does not extend"),
        (SERVER_FIRST.replace(SERVER_NONCE, b""), "nonce"),
        (SERVER_FIRST.replace(b"4096", b"0"), "iteration"),
        (SERVER_FIRST.replace(b"4096", b"-1"), "iteration"),
        (SERVER_FIRST.replace(b"4096", b""), "iteration"),
        (SERVER_FIRST.replace(b"4096", b" 4096"), "iteration"),
        (SERVER_FIRST.replace(b"4096", b"%d" % (MAX_ITERATIONS + 1)), "iterations"),
        (SERVER_FIRST.replace(b"4096", b"9" * 100_000), "iterations"),
    ],
)
def test_a_server_first_message_that_is_not_one_is_refused(client, server_first, reason):
    with pytest.raises(ProtocolError, match=reason):
        client.final_message(server_first)


@given(st.binary())
def test_no_bytes_from_the_server_do_anything_else_than_a_clear_error(data):
    client = ScramClient("user", "pencil", nonce=NONCE)
    with pytest.raises(ProtocolError):
        client.final_message(data)
    client.final_message(SERVER_FIRST)
    with pytest.raises((ProtocolError, InterfaceError)):
        client.verify(data)


def test_a_server_that_does_not_know_the_password_is_found_out(client):
    client.final_message(SERVER_FIRST)
    with pytest.raises(InterfaceError, match="server's signature"):
        client.verify(b"v=" + base64.b64encode(bytes(32)))
    assert not client.verified


@pytest.mark.parametrize("signature", [b"v=", b"v=AAAA", b"v=" + base64.b64encode(bytes(33))])
def test_signatures_of_a_wrong_length_do_not_match(client, signature):
    client.final_message(SERVER_FIRST)
    with pytest.raises(InterfaceError, match="server's signature"):
        client.verify(signature)


@pytest.mark.parametrize("server_final", [b"", b"v", b"x=1", b"v=!!!!", SERVER_FINAL[:-1]])
def test_a_server_final_message_that_is_not_one_is_refused(client, server_final):
    client.final_message(SERVER_FIRST)
    with pytest.raises(ProtocolError, match="server-final-message"):
        client.verify(server_final)


def test_the_servers_own_word_for_an_error_is_shown(client):
    client.final_message(SERVER_FIRST)
    with pytest.raises(InterfaceError, match="channel-bindings-dont-match"):
        client.verify(b"e=channel-bindings-dont-match")


def test_messages_out_of_order_are_refused(client):
    with pytest.raises(ProtocolError, match="before"):
        client.verify(SERVER_FINAL)
    client.final_message(SERVER_FIRST)
    with pytest.raises(ProtocolError, match="twice"):
        client.final_message(SERVER_FIRST)


def test_channel_binding_data_is_sent_and_signed():
    client = ScramClient("", "secret", channel_binding=b"\x00hash")
    assert client.mechanism == "SCRAM-SHA-256-PLUS"
    server = Server(b"secret")
    first = client.first_message()
    assert first.startswith(b"p=tls-server-end-point,,n=,r=")
    client_final = client.final_message(server.first(first))
    sent = base64.b64decode(client_final.split(b",")[0][2:])
    assert sent == b"p=tls-server-end-point,,\x00hash"
    assert server.accepts(client_final)
    client.verify(server.final())


def test_a_client_that_could_have_bound_says_so():
    client = ScramClient("", "secret", channel_binding_refused=True)
    assert client.mechanism == "SCRAM-SHA-256"
    assert client.first_message().startswith(b"y,,")
    server = Server(b"secret")
    client_final = client.final_message(server.first(client.first_message()))
    assert client_final.startswith(b"c=" + base64.b64encode(b"y,,"))
