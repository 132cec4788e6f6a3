"""The data of tls-server-end-point, for certificates of every kind of signature."""

import hashlib
import shutil
import ssl
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgstride.authentication import server_end_point
from pgstride.exceptions import InterfaceError

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="makes certificates")
RSA = ["-newkey", "rsa:2048"]
PSS = [*RSA, "-sigopt", "rsa_padding_mode:pss"]
EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]


def make_certificate(directory, options) -> bytes:
    key, certificate = directory / "key", directory / "certificate"
    command = ["openssl", "req", "-x509", "-nodes", "-subj", "/CN=test", "-days", "1", *options]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return ssl.PEM_cert_to_DER_cert(certificate.read_text())


@needs_openssl
@pytest.mark.parametrize(
    ("options", "hash_name"),
    [
        ([*RSA, "-sha1"], "sha256"),
        ([*RSA, "-sha224"], "sha224"),
        ([*RSA, "-sha256"], "sha256"),
        ([*RSA, "-sha384"], "sha384"),
        ([*RSA, "-sha512"], "sha512"),
        ([*PSS, "-sha1"], "sha256"),
        ([*PSS, "-sha256"], "sha256"),
        ([*PSS, "-sha512"], "sha512"),
        ([*EC, "-sha1"], "sha256"),
        ([*EC, "-sha256"], "sha256"),
        ([*EC, "-sha384"], "sha384"),
        ([*EC, "-sha512"], "sha512"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[1:]),
)
def test_the_hash_is_the_signatures_and_at_least_sha_256(tmp_path, options, hash_name):
    certificate = make_certificate(tmp_path, options)
    assert server_end_point(certificate) == hashlib.new(hash_name, certificate).digest()


@needs_openssl
def test_a_signature_without_a_hash_function_cannot_be_bound_to(tmp_path):
    certificate = make_certificate(tmp_path, ["-newkey", "ed25519"])
    with pytest.raises(InterfaceError, match="channel binding is not possible"):
        server_end_point(certificate)


@given(st.binary())
def test_what_is_no_certificate_is_refused(data):
    with pytest.raises(InterfaceError):
        server_end_point(data)
