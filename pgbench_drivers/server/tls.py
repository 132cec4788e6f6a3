"""The certificates of a run, and whether a PostgreSQL can use them."""

from __future__ import annotations

import ipaddress
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pgbench_drivers.server.base import ServerError

HOST = "localhost"
ADDRESS = "127.0.0.1"
# A run may take days; a clock may be a little behind.
VALID = timedelta(days=30)
SLACK = timedelta(hours=1)

CA_NAME = "root.crt"
CERTIFICATE_NAME = "server.crt"
KEY_NAME = "server.key"

# Where Debian's packages are, and PostgreSQL's own for Red Hat.
INSTALLED = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin")
PROGRAMS = ("initdb", "postgres")
PROBE_TIMEOUT_SECONDS = 20.0

_CURE = (
    "give one that has it: --server docker, a PostgreSQL that is installed "
    "(--server /usr/lib/postgresql/17/bin; Debian and Ubuntu: apt install postgresql), "
    "or yours (--server 'host=… sslmode=verify-full sslrootcert=…')"
)


@dataclass(frozen=True)
class Certificates:
    """A certificate authority's certificate, and a server's with its key; PEM."""

    ca: bytes
    certificate: bytes
    key: bytes

    def files(self) -> Iterable[tuple[str, bytes]]:
        """Name and content of each."""
        return (
            (CA_NAME, self.ca),
            (CERTIFICATE_NAME, self.certificate),
            (KEY_NAME, self.key),
        )

    def write(self, directory: Path, owner: tuple[int, int] | None = None) -> None:
        """Write the files, the key for nobody but the user and group of `owner`, if any."""
        for name, content in self.files():
            path = directory / name
            path.touch(mode=0o600 if name == KEY_NAME else 0o644)
            path.write_bytes(content)
            if owner is not None:
                os.chown(path, *owner)


def make_certificates() -> Certificates:
    """New ones for this machine's loopback interface; the authority's key is thrown away."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority_name = _name("pgbench-drivers: authority of one run")
    authority = _sign(
        _unsigned(authority_name, authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True),
        authority_key,
    )
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address(ADDRESS))]
    certificate = _sign(
        _unsigned(_name(HOST), authority_name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        # Python's default context checks strictly (RFC 5280), and asks for this one.
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        ),
        authority_key,
    )
    return Certificates(
        _pem(authority),
        _pem(certificate),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLACK)
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(
    *, key_cert_sign: bool = False, crl_sign: bool = False, digital_signature: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _sign(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def settings(directory: str) -> list[str]:
    """`postgres` arguments for the files in this directory."""
    return [
        "-c", "ssl=on",
        "-c", f"ssl_cert_file={directory}/{CERTIFICATE_NAME}",
        "-c", f"ssl_key_file={directory}/{KEY_NAME}",
    ]  # fmt: skip


def is_built_in(binaries: Path) -> bool:
    """Whether the `postgres` of this directory was built with TLS.

    Raises ServerError when it cannot be run.
    """
    try:
        done = subprocess.run(
            [binaries / "postgres", "--describe-config"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServerError(f"{binaries / 'postgres'} cannot be run: {error}") from error
    # Without TLS the default of this setting is "none" (guc_tables.c).
    ciphers = [line for line in done.stdout.splitlines() if line.startswith("ssl_ciphers\t")]
    return bool(ciphers) and "\tnone\t" not in ciphers[0]


def check(binaries: Path, what: str) -> None:
    """Raise ServerError, with the cure, for programs that were built without TLS."""
    if not is_built_in(binaries):
        raise ServerError(f"--transport tls: {what} was built without TLS: {_CURE}")


def installed() -> Path | None:
    """The newest PostgreSQL with TLS that is installed on this machine."""
    on_path = shutil.which("postgres")
    found = [Path(on_path).resolve().parent] if on_path else []
    for pattern in INSTALLED:
        found += sorted(Path("/").glob(pattern), key=_version, reverse=True)
    for binaries in found:
        has_all = all((binaries / program).exists() for program in PROGRAMS)
        if has_all and is_built_in(binaries):
            return binaries
    return None


def _version(binaries: Path) -> int:
    digits = "".join(filter(str.isdigit, binaries.parent.name))
    return int(digits) if digits else 0


def missing() -> ServerError:
    """The error of `auto` where no PostgreSQL with TLS was found."""
    return ServerError(
        "--transport tls: no Docker engine answers, no PostgreSQL with TLS is installed, and the "
        f"embedded one was built without TLS: {_CURE}"
    )
