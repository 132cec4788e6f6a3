"""A PostgreSQL of the system's that was built with TLS, started for a test.

The toolbench's embedded server has no TLS. Debian's has.
"""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from certificate_authority import Authority
from tls_proxy import self_signed

START_SECONDS = 30.0
PASSWORD = "correct horse"


def installed() -> Path:
    """The directory of a PostgreSQL's programs, the newest one's; skips where there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[4]) if path.parts[4].isdigit() else 0,
    )
    if not found:
        pytest.skip("needs a PostgreSQL with TLS: Debian's package postgresql, for instance")
    return found[-1].parent


class TlsServer:
    """A context manager. Who may connect, and how, is in `hba`, lines of pg_hba.conf.

    Its certificate is signed by itself, or `signed` (with its key) by an `authority`
    whose certificates clients may show. `settings` are for postgresql.conf.

    There are the roles postgres, with a SCRAM password, and `md5user`, with an
    MD5 one.
    """

    def __init__(
        self,
        hba: str,
        authority: Authority | None = None,
        signed: tuple[Path, Path] | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> None:
        self._programs = installed()
        self._hba = hba
        self._authority = authority
        self._signed = signed
        self._settings = dict(settings or {})
        self._account = "postgres" if os.geteuid() == 0 else getpass.getuser()
        self.port = 0

    @property
    def arguments(self) -> dict[str, Any]:
        return {
            "host": "localhost",
            "port": self.port,
            "user": "postgres",
            "password": PASSWORD,
            "database": "postgres",
            "timeout": 20,
        }

    def __enter__(self) -> TlsServer:
        self._home = Path(tempfile.mkdtemp(prefix="pgstride-tls-"))
        try:
            self._create()
            self._start()
        except BaseException:
            shutil.rmtree(self._home, ignore_errors=True)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._postmaster.terminate()
        self._postmaster.wait(30)
        shutil.rmtree(self._home, ignore_errors=True)

    def _as_account(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        account = pwd.getpwnam(self._account)
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _create(self) -> None:
        password_file = self._home / "password"
        password_file.write_text(PASSWORD)
        self._certify()
        self._own()
        command = [
            self._programs / "initdb", "-D", self._home / "data", "-U", "postgres", "--no-sync",
            "--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8", "--locale=C",
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, cwd="/", **self._as_account())
        (self._home / "data" / "pg_hba.conf").write_text(self._hba)

    def _certify(self) -> None:
        if self._authority is None or self._signed is None:
            self_signed(self._home)
            root = self._home / "server.crt"
        else:
            for source, suffix in zip(self._signed, ("crt", "key"), strict=True):
                shutil.copy(source, self._home / f"server.{suffix}")
            root = self._authority.certificate
        shutil.copy(root, self._home / "root.crt")

    def _own(self) -> None:
        if os.geteuid() == 0:
            account = pwd.getpwnam(self._account)
            for path in (self._home, *self._home.iterdir()):
                os.chown(path, account.pw_uid, account.pw_gid)
        (self._home / "server.key").chmod(0o600)

    def _start(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        settings = {
            "listen_addresses": "localhost", "port": self.port, "fsync": "off", "ssl": "on",
            "unix_socket_directories": self._home, "max_connections": 60,
            "ssl_cert_file": self._home / "server.crt", "ssl_key_file": self._home / "server.key",
            "ssl_ca_file": self._home / "root.crt", **self._settings,
        }  # fmt: skip
        command = [self._programs / "postgres", "-D", self._home / "data"]
        command += [text for name, value in settings.items() for text in ("-c", f"{name}={value}")]
        with (self._home / "log").open("wb") as log:
            self._postmaster = subprocess.Popen(
                command, stdout=log, stderr=log, cwd="/", **self._as_account()
            )
        deadline = time.monotonic() + START_SECONDS
        while "ready to accept connections" not in self.log():
            if self._postmaster.poll() is not None or time.monotonic() > deadline:
                self._postmaster.kill()
                pytest.fail(f"the PostgreSQL for this test does not start: {self.log()}")
            time.sleep(0.05)

    def log(self) -> str:
        return (self._home / "log").read_text(errors="replace")
