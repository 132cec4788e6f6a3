"""Surroundings of the tests' own: no variable, file or name of this process comes in."""

import shutil
import subprocess
from dataclasses import replace

import pytest

from pgstride.connecting import Environment, resolve


class World:
    """An environment with a home directory, and `resolve()` in it."""

    def __init__(self, home):
        self.home = home
        self.environment = Environment(home=home, user_name=lambda: "os-user", windows=False)

    def variables(self, **variables):
        self.environment = replace(self.environment, variables=variables)

    def write(self, name, text, mode=0o600):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def resolve(self, dsn=None, **arguments):
        return resolve(dsn, **arguments, environment=self.environment)

    def addresses(self, dsn=None, **arguments):
        return [endpoint.address for endpoint in self.resolve(dsn, **arguments).endpoints]


@pytest.fixture
def world(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    return World(home)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """A CA with a revocation list, a client's certificate with a plain and an encrypted key."""
    if not shutil.which("openssl"):
        pytest.skip("makes certificates with openssl")
    directory = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=directory)

    new = ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    openssl(*new, "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.crt")
    openssl(*new, "-subj", "/CN=client", "-keyout", "client.key", "-out", "client.crt")
    openssl("ec", "-in", "client.key", "-aes128", "-passout", "pass:hunter2", "-out", "locked.key")
    (directory / "index").touch()
    (directory / "ca.cnf").write_text(
        "[ca]\ndefault_ca = a\n[a]\ndatabase = index\ndefault_md = sha256\ndefault_crl_days = 1\n"
    )
    gencrl = ["ca", "-gencrl", "-config", "ca.cnf", "-keyfile", "ca.key", "-cert", "ca.crt"]
    openssl(*gencrl, "-out", "ca.crl")
    both = (directory / "client.crt").read_text() + (directory / "client.key").read_text()
    (directory / "both.pem").write_text(both)
    return directory
