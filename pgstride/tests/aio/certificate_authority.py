"""An authority that signs certificates and revokes them, by the openssl command."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

KEY_PASSWORD = "hunter2"

CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[localhost]
subjectAltName = DNS:localhost
authorityKeyIdentifier = keyid
[elsewhere]
subjectAltName = DNS:elsewhere.example
authorityKeyIdentifier = keyid
[client]
extendedKeyUsage = clientAuth
authorityKeyIdentifier = keyid
[ca]
default_ca = lists
[lists]
database = index
default_md = sha256
default_crl_days = 2
"""


class Authority:
    """Files in a directory of its own.

    `certificate` is its own; `sign()` makes others. `no_revocations` and
    `revocations(name)` are lists of what it has revoked.
    """

    def __init__(self, directory: Path, name: str = "authority") -> None:
        if shutil.which("openssl") is None:
            pytest.skip("makes certificates with openssl")
        self.directory = directory
        directory.mkdir(exist_ok=True)
        (directory / "configuration").write_text(CONFIGURATION)
        (directory / "index").touch()
        self._key("ca")
        self._openssl(
            "req", "-x509", "-config", "configuration", "-extensions", "authority", "-days", "2",
            "-subj", f"/CN={name}", "-key", "ca.key", "-out", "ca.crt",
        )  # fmt: skip
        self.certificate = directory / "ca.crt"
        self.no_revocations = self._list("none")

    def sign(self, name: str, subject: str, extensions: str) -> tuple[Path, Path]:
        """A certificate with a section of the configuration, and its key."""
        self._key(name)
        self._openssl(
            "req", "-new", "-config", "configuration", "-subj", f"/CN={subject}",
            "-key", f"{name}.key", "-out", f"{name}.csr",
        )  # fmt: skip
        self._openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", "configuration",
            "-extensions", extensions, "-out", f"{name}.crt",
        )  # fmt: skip
        return self.directory / f"{name}.crt", self.directory / f"{name}.key"

    def locked(self, key: Path) -> Path:
        """The key, encrypted with KEY_PASSWORD."""
        target = key.with_suffix(".locked")
        self._openssl(
            "pkcs8", "-topk8", "-in", str(key), "-passout", f"pass:{KEY_PASSWORD}",
            "-out", str(target),
        )  # fmt: skip
        return target

    def revocations(self, certificate: Path) -> Path:
        """Revoke a certificate; the list of all that have been so far."""
        ca = ["ca", "-config", "configuration", "-keyfile", "ca.key", "-cert", "ca.crt"]
        self._openssl(*ca, "-revoke", str(certificate))
        return self._list(certificate.stem)

    def _list(self, name: str) -> Path:
        ca = ["ca", "-config", "configuration", "-keyfile", "ca.key", "-cert", "ca.crt"]
        self._openssl(*ca, "-gencrl", "-out", f"{name}.crl")
        return self.directory / f"{name}.crl"

    def _key(self, name: str) -> None:
        parameters = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        self._openssl("genpkey", *parameters, "-out", f"{name}.key")
        (self.directory / f"{name}.key").chmod(0o600)

    def _openssl(self, *arguments: str) -> None:
        command = ["openssl", *arguments]
        done = subprocess.run(
            command, cwd=self.directory, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
