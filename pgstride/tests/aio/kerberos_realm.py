"""A Kerberos realm of its own for a test: MIT's ticket server with a database of its own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import pytest

REALM = "PGSTRIDE.TEST"
PROGRAMS = ("kdb5_util", "kadmin.local", "krb5kdc", "kinit")
START_SECONDS = 20.0

# Names are what they seem: no DNS changes a server's name, or finds a realm for it.
LIBRARY = """\
[libdefaults]
default_realm = {realm}
dns_lookup_kdc = false
dns_lookup_realm = false
dns_canonicalize_hostname = false
qualify_shortname = ""
rdns = false
[realms]
{realm} = {{
    kdc = 127.0.0.1:{port}
}}
"""

TICKET_SERVER = """\
[kdcdefaults]
kdc_listen = 127.0.0.1:{port}
kdc_tcp_listen = 127.0.0.1:{port}
[realms]
{realm} = {{
    database_name = {home}/principal
    key_stash_file = {home}/stash
    max_life = 1h
}}
[logging]
kdc = FILE:{home}/log
"""


def skip_unless_installed() -> None:
    """Skips the test that calls it where MIT's programs or the package `gssapi` are missing."""
    missing = [name for name in PROGRAMS if _program(name) is None]
    if missing:
        pytest.skip(
            f"{', '.join(missing)} not found: Debian's packages krb5-kdc, krb5-admin-server "
            "and krb5-user have them"
        )
    if importlib.util.find_spec("gssapi") is None:
        pytest.skip("the package gssapi is not installed: pip install pgstride[gssauth]")


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


class Realm:
    """A context manager; `configuration` is for KRB5_CONFIG, of clients and of servers."""

    def __enter__(self) -> Realm:
        # Whoever a PostgreSQL runs as reads in it, too.
        self._home = Path(tempfile.mkdtemp(prefix="pgstride-kerberos-"))
        self._home.chmod(0o755)
        try:
            self._configure()
            self._run("kdb5_util", "create", "-s", "-P", "master", "-r", REALM)
            self._start()
        except BaseException:
            shutil.rmtree(self._home, ignore_errors=True)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    @property
    def configuration(self) -> Path:
        return self._home / "krb5.conf"

    def keytab(self, *principals: str) -> Path:
        """A file with the keys of new principals."""
        keytab = self._home / f"{uuid.uuid4()}.keytab"
        for principal in principals:
            self._run("kadmin.local", "-r", REALM, "addprinc", "-randkey", principal)
            self._run("kadmin.local", "-r", REALM, "ktadd", "-k", str(keytab), principal)
        keytab.chmod(0o644)
        return keytab

    def ticket(self, principal: str, lifetime: str = "1h") -> str:
        """A cache, for KRB5CCNAME, with the first ticket of a new principal."""
        cache = f"FILE:{self._home / f'{uuid.uuid4()}.cache'}"
        keytab = self.keytab(principal)
        self._run("kinit", "-c", cache, "-k", "-t", str(keytab), "-l", lifetime, principal)
        return cache

    def stop(self) -> None:
        """End the ticket server."""
        self._server.terminate()
        self._server.wait(30)

    def _configure(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        facts = {"realm": REALM, "port": self._port, "home": self._home}
        self.configuration.write_text(LIBRARY.format(**facts))
        (self._home / "kdc.conf").write_text(TICKET_SERVER.format(**facts))

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "KRB5_CONFIG": str(self.configuration),
            "KRB5_KDC_PROFILE": str(self._home / "kdc.conf"),
        }

    def _run(self, name: str, *arguments: str) -> None:
        command = [_program(name) or name, *arguments]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, env=self._environment()
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"

    def _start(self) -> None:
        self._server = subprocess.Popen(
            [_program("krb5kdc") or "krb5kdc", "-n", "-r", REALM],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self._environment(),
        )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self._port)):
                    return
            except OSError:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    self._server.kill()
                    _, said = self._server.communicate()
                    pytest.fail(f"the ticket server does not start: {said.decode()}")
                time.sleep(0.05)
