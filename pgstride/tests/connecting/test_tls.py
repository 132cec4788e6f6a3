"""Modes, their attempts, and contexts from files."""

import ssl

import pytest

from pgstride.connecting import SSLMode, TcpEndpoint, UnixEndpoint
from pgstride.exceptions import ClientConfigurationError

TCP, UNIX = TcpEndpoint("h", 5432), UnixEndpoint("/tmp/.s.PGSQL.5432")


def plan(world, dsn="postgresql://h", **arguments):
    return world.resolve(dsn, **arguments).parameters.tls


@pytest.mark.parametrize(
    ("mode", "attempts"),
    [
        ("disable", (False,)),
        ("allow", (False, True)),
        ("prefer", (True, False)),
        ("require", (True,)),
        ("verify-ca", (True,)),
        ("verify-full", (True,)),
    ],
)
def test_each_mode_has_its_attempts(world, mode, attempts):
    tls = plan(world, ssl=mode)
    assert tls.attempts(TCP) == attempts
    assert tls.attempts(UNIX) == (False,)
    assert tls.mode is SSLMode[mode.replace("-", "_")]


def test_a_mode_may_be_given_in_every_form(world):
    for given in ("verify-ca", "verify_ca", SSLMode.verify_ca):
        assert plan(world, ssl=given).mode is SSLMode.verify_ca
    assert plan(world, "postgresql://h?sslmode=verify-ca").mode is SSLMode.verify_ca
    world.variables(PGSSLMODE="verify-ca")
    assert plan(world).mode is SSLMode.verify_ca


def test_tcp_prefers_encryption_and_sockets_have_none(world):
    assert plan(world).mode is SSLMode.prefer
    assert plan(world, "host=/tmp,h").mode is SSLMode.prefer
    assert plan(world, "host=/tmp").mode is SSLMode.disable
    assert plan(world, "host=/tmp").context is None


def test_true_verifies_everything_and_false_is_none(world):
    tls = plan(world, ssl=True)
    assert (tls.mode, tls.attempts(TCP)) == (SSLMode.verify_full, (True,))
    assert tls.context.verify_mode is ssl.CERT_REQUIRED
    assert tls.context.check_hostname
    tls = plan(world, "postgresql://h?sslmode=require", ssl=False)
    assert (tls.mode, tls.context) == (SSLMode.disable, None)


def test_a_context_of_the_callers_is_used_as_it_is(world):
    context = ssl.create_default_context()
    tls = plan(world, ssl=context)
    assert (tls.mode, tls.context) == (SSLMode.require, context)


@pytest.mark.parametrize("given", [1, 0, b"require", object()])
def test_what_is_no_mode_is_refused_rather_than_taken_for_false(world, given):
    with pytest.raises(ClientConfigurationError, match="ssl is expected"):
        plan(world, ssl=given)


@pytest.mark.parametrize("given", ["", "on", "parse", "__class__", "Require"])
def test_unknown_modes_are_refused(world, given):
    with pytest.raises(ClientConfigurationError, match="must be one of: disable, allow"):
        plan(world, ssl=given)


@pytest.mark.parametrize("ssl_argument", ["require", "verify-ca", "verify-full", True])
def test_direct_tls_by_argument_and_setting(world, ssl_argument):
    assert plan(world, ssl=ssl_argument, direct_tls=True).direct
    dsn = "postgresql://h?sslnegotiation=direct"
    assert plan(world, dsn, ssl=ssl_argument).direct
    assert not plan(world, dsn, ssl=ssl_argument, direct_tls=False).direct
    world.variables(PGSSLNEGOTIATION="direct")
    resolved = world.resolve("postgresql://h", ssl=ssl_argument)
    assert resolved.parameters.direct_tls


def test_direct_tls_in_libpqs_words(world):
    tls = plan(world, ssl="require", sslnegotiation="direct")
    assert (tls.direct, tls.demands_alpn) == (True, True)
    dsn = "postgresql://h?sslnegotiation=direct"
    assert plan(world, dsn, ssl="require").demands_alpn
    assert not plan(world, dsn, ssl="require", sslnegotiation="postgres").direct
    world.variables(PGSSLNEGOTIATION="direct")
    assert plan(world, ssl="require").demands_alpn
    assert not plan(world, ssl="require", sslnegotiation="postgres").direct


def test_direct_tls_in_asyncpgs_words_demands_no_alpn(world):
    tls = plan(world, "postgresql://h?sslnegotiation=direct", ssl="require", direct_tls=True)
    assert (tls.direct, tls.demands_alpn) == (True, False)
    both = {"ssl": "require", "direct_tls": True, "sslnegotiation": "direct"}
    assert plan(world, **both).demands_alpn


@pytest.mark.parametrize(
    ("direct_tls", "negotiation"), [(True, "postgres"), (False, "direct"), (True, "x")]
)
def test_both_words_may_not_contradict_each_other(world, direct_tls, negotiation):
    with pytest.raises(ClientConfigurationError, match=r"contradict|one of postgres, direct"):
        plan(world, ssl="require", direct_tls=direct_tls, sslnegotiation=negotiation)


@pytest.mark.parametrize("ssl_argument", [None, False, "disable", "allow", "prefer"])
def test_direct_tls_is_not_for_modes_that_allow_none(world, ssl_argument):
    with pytest.raises(ClientConfigurationError, match="direct TLS requires"):
        plan(world, ssl=ssl_argument, direct_tls=True)


@pytest.mark.parametrize("mode", ["allow", "prefer", "require"])
def test_modes_that_only_encrypt_verify_nothing(world, mode):
    context = plan(world, ssl=mode).context
    assert context.verify_mode is ssl.CERT_NONE
    assert not context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_the_context_is_made_once_and_when_needed(world):
    tls = plan(world, ssl="verify-full")  # there is no root certificate
    with pytest.raises(ClientConfigurationError):
        _ = tls.context
    tls = plan(world, ssl="require")
    assert tls.context is tls.context


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_verifying_needs_a_root_certificate(world, mode):
    expected = world.home / ".postgresql" / "root.crt"
    with pytest.raises(ClientConfigurationError, match="does not exist") as info:
        _ = plan(world, ssl=mode).context
    assert str(expected) in str(info.value)
    assert "sslrootcert" in info.value.hint


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
@pytest.mark.parametrize("named_by", ["dsn", "environment", "home"])
def test_the_root_certificate_makes_all_strict_modes_verify(world, certificates, mode, named_by):
    dsn = "postgresql://h"
    if named_by == "dsn":
        dsn += f"?sslrootcert={certificates / 'ca.crt'}"
    elif named_by == "environment":
        world.variables(PGSSLROOTCERT=str(certificates / "ca.crt"))
    else:
        world.write(".postgresql/root.crt", (certificates / "ca.crt").read_text())
    context = plan(world, dsn, ssl=mode).context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname == (mode == "verify-full")
    assert [subject["subject"] for subject in context.get_ca_certs()] == [
        ((("commonName", "ca"),),),
    ]


@pytest.mark.parametrize("mode", ["allow", "prefer"])
def test_lenient_modes_do_not_look_at_root_certificates(world, mode):
    context = plan(world, "postgresql://h?sslrootcert=/none", ssl=mode).context
    assert context.verify_mode is ssl.CERT_NONE


@pytest.mark.parametrize("named_by", ["dsn", "environment", "home"])
def test_revocation_lists_are_checked(world, certificates, named_by):
    dsn = f"postgresql://h?sslrootcert={certificates / 'ca.crt'}"
    assert not plan(world, dsn, ssl="verify-ca").context.verify_flags & ssl.VERIFY_CRL_CHECK_LEAF
    if named_by == "dsn":
        dsn += f"&sslcrl={certificates / 'ca.crl'}"
    elif named_by == "environment":
        world.variables(PGSSLCRL=str(certificates / "ca.crl"))
    else:
        world.write(".postgresql/root.crl", (certificates / "ca.crl").read_text())
    context = plan(world, dsn, ssl="verify-ca").context
    assert context.verify_flags & ssl.VERIFY_CRL_CHECK_CHAIN == ssl.VERIFY_CRL_CHECK_CHAIN
    assert context.cert_store_stats()["crl"] == 1


def test_the_systems_certificates_are_for_full_verification(world):
    tls = plan(world, "postgresql://h?sslrootcert=system")
    assert tls.mode is SSLMode.verify_full
    assert tls.context.check_hostname
    with pytest.raises(ClientConfigurationError, match="requires sslmode=verify-full"):
        plan(world, "postgresql://h?sslrootcert=system", ssl="verify-ca")


@pytest.fixture
def loaded(monkeypatch):
    """What contexts are asked to load, as there is no way to ask them later."""
    calls = []
    real = ssl.SSLContext.load_cert_chain

    def load(context, certfile, keyfile=None, password=None):
        calls.append((str(certfile), None if keyfile is None else str(keyfile)))
        return real(context, certfile, keyfile, password)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", load)
    return calls


@pytest.mark.parametrize("named_by", ["dsn", "environment", "home"])
def test_the_clients_certificate(world, certificates, loaded, named_by):
    certificate, key = certificates / "client.crt", certificates / "client.key"
    dsn = "postgresql://h"
    if named_by == "dsn":
        dsn += f"?sslcert={certificate}&sslkey={key}"
    elif named_by == "environment":
        world.variables(PGSSLCERT=str(certificate), PGSSLKEY=str(key))
    else:
        certificate = world.write(".postgresql/postgresql.crt", certificate.read_text())
        key = world.write(".postgresql/postgresql.key", key.read_text())
    assert plan(world, dsn).context
    assert loaded == [(str(certificate), str(key))]


def test_certificate_and_key_may_share_a_file(world, certificates, loaded):
    both = str(certificates / "both.pem")
    assert plan(world, f"postgresql://h?sslcert={both}").context
    assert loaded == [(both, None)]


def test_a_key_without_certificate_is_of_no_use_and_no_harm(world, loaded):
    assert plan(world, "postgresql://h?sslkey=/none").context
    assert loaded == []


def test_a_keys_password(world, certificates):
    certificate, key = certificates / "client.crt", certificates / "locked.key"
    dsn = f"postgresql://h?sslcert={certificate}&sslkey={key}"
    assert plan(world, f"{dsn}&sslpassword=hunter2").context
    for wrong in (dsn, f"{dsn}&sslpassword=hunter3"):
        with pytest.raises(ClientConfigurationError, match="sslpassword") as info:
            _ = plan(world, wrong).context
        assert str(key) in str(info.value)
        assert "hunter" not in str(info.value)


@pytest.mark.parametrize("keyword", ["sslrootcert", "sslcrl", "sslcert"])
@pytest.mark.parametrize("content", [None, "nonsense"])
def test_files_that_cannot_be_used_are_named(world, keyword, content):
    path = world.home / "file"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ClientConfigurationError, match=f'"{path}" could not be used'):
        _ = plan(world, f"postgresql://h?{keyword}={path}", ssl="require").context


def test_tls_versions(world):
    dsn = "postgresql://h?ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.3"
    context = plan(world, dsn).context
    assert context.minimum_version is ssl.TLSVersion.TLSv1_3
    assert context.maximum_version is ssl.TLSVersion.TLSv1_3
    world.variables(PGSSLMINPROTOCOLVERSION="TLSv1.3")
    assert plan(world).context.minimum_version is ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize("version", ["SSLv3", "TLSv9", "1.2", "mro"])
def test_other_versions_are_refused(world, version):
    with pytest.raises(ClientConfigurationError, match=f"TLS version:? {version}"):
        plan(world, f"postgresql://h?ssl_min_protocol_version={version}")


def test_keys_are_logged_where_the_environment_says(world):
    path = world.home / "keys"
    world.variables(SSLKEYLOGFILE=str(path))
    assert plan(world).context.keylog_filename == str(path)
