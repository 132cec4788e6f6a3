"""Which mechanism is chosen, and which answers of a server are refused."""

import hashlib

import pytest

from pgstride.authentication import AuthenticationPolicy
from pgstride.exceptions import InterfaceError

PLAIN, PLUS = "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"
ECDSA_SHA384, ED25519 = "2a8648ce3d040303", "2b6570"


def certificate(signature: str) -> bytes:
    """As much of one as there is to look at."""
    identifier = bytes.fromhex(signature)
    algorithm = bytes([0x30, len(identifier) + 2, 0x06, len(identifier)]) + identifier
    body = b"\x30\x00" + algorithm + b"\x03\x01\x00"
    return bytes([0x30, len(body)]) + body


USUAL, WITHOUT_HASH = certificate(ECDSA_SHA384), certificate(ED25519)


def start(channel_binding, shown, *offered):
    policy = AuthenticationPolicy(channel_binding=channel_binding, certificate=shown)
    return policy.start_scram(offered, "ann", "secret")


@pytest.mark.parametrize(
    ("channel_binding", "shown", "offered", "mechanism", "header"),
    [
        ("prefer", USUAL, [PLUS, PLAIN], PLUS, b"p=tls-server-end-point,,"),
        ("require", USUAL, [PLUS, PLAIN], PLUS, b"p=tls-server-end-point,,"),
        ("require", USUAL, [PLUS], PLUS, b"p=tls-server-end-point,,"),
        # The server may have offered it, and somebody in between have taken it away.
        ("prefer", USUAL, [PLAIN], PLAIN, b"y,,"),
        ("disable", USUAL, [PLUS, PLAIN], PLAIN, b"n,,"),
        ("disable", USUAL, [PLAIN], PLAIN, b"n,,"),
        ("prefer", None, [PLAIN], PLAIN, b"n,,"),
        # Encrypted behind a proxy of the client's, perhaps.
        ("prefer", None, [PLUS, PLAIN], PLAIN, b"n,,"),
        # There is nothing to bind to: saying "y" would be refused as a downgrade.
        ("prefer", WITHOUT_HASH, [PLUS, PLAIN], PLAIN, b"n,,"),
    ],
)
def test_the_best_mechanism_is_chosen(channel_binding, shown, offered, mechanism, header):
    scram = start(channel_binding, shown, *offered)
    assert scram.mechanism == mechanism
    assert scram.first_message().startswith(header + b"n=")


def test_the_binding_is_the_certificates_hash_by_its_own_function():
    scram = start("require", USUAL, PLUS)
    assert scram._binding.endswith(b",," + hashlib.sha384(USUAL).digest())


@pytest.mark.parametrize(
    ("channel_binding", "shown", "offered", "message"),
    [
        ("require", None, [PLUS, PLAIN], "not encrypted"),
        ("require", None, [PLAIN], "not encrypted"),
        ("require", USUAL, [PLAIN], "does not offer"),
        ("require", USUAL, [], "does not offer"),
        ("require", WITHOUT_HASH, [PLUS, PLAIN], "not possible with the server's certificate"),
        ("disable", USUAL, [PLUS], f"no SASL mechanism but {PLUS}"),
        ("prefer", None, [PLUS], f"no SASL mechanism but {PLUS}"),
        ("prefer", USUAL, ["OAUTHBEARER"], "no SASL mechanism but OAUTHBEARER"),
        ("prefer", USUAL, [], "no SASL mechanism but none"),
    ],
)
def test_without_an_acceptable_mechanism_nothing_is_said(channel_binding, shown, offered, message):
    with pytest.raises(InterfaceError, match=message):
        start(channel_binding, shown, *offered)


@pytest.mark.parametrize("method", ["password", "md5"])
def test_required_binding_refuses_methods_that_have_none(method):
    policy = AuthenticationPolicy(channel_binding="require", certificate=USUAL)
    with pytest.raises(InterfaceError, match=f"channel_binding=require.*'{method}'"):
        policy.check_method(method)
    policy.check_method("scram-sha-256")


def test_required_binding_refuses_to_be_let_in_without():
    policy = AuthenticationPolicy(channel_binding="require", certificate=USUAL)
    unbound = AuthenticationPolicy().start_scram([PLAIN], "ann", "secret")
    for scram in (None, unbound):
        with pytest.raises(InterfaceError, match="channel_binding=require"):
            policy.check_accepted(True, scram)
    policy.check_accepted(True, policy.start_scram([PLUS], "ann", "secret"))


def test_the_usual_policy_takes_what_the_server_wants():
    policy = AuthenticationPolicy()
    for method in ("password", "md5", "scram-sha-256"):
        policy.check_method(method)
    policy.check_accepted(False, None)


def test_only_the_methods_that_are_required_are_taken_part_in():
    policy = AuthenticationPolicy(methods=frozenset({"md5", "scram-sha-256"}))
    for method in ("md5", "scram-sha-256"):
        policy.check_method(method)
    policy.check_accepted(True, None)
    for method in ("password", "gss", "sspi", "oauth"):
        message = f"require_auth: .*'{method}', allowed are: md5, scram-sha-256"
        with pytest.raises(InterfaceError, match=message):
            policy.check_method(method)
    with pytest.raises(InterfaceError, match=r"require_auth: .*'none'"):
        policy.check_accepted(False, None)


def test_a_server_that_asks_for_nothing_may_be_what_is_required():
    policy = AuthenticationPolicy(methods=frozenset({"none"}))
    policy.check_accepted(False, None)
    with pytest.raises(InterfaceError, match="require_auth"):
        policy.check_method("scram-sha-256")
