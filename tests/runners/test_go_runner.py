"""The Go runner's own tests that need a server."""

from __future__ import annotations

import os
import subprocess

from pgbench_drivers.server import Server
from pgbench_drivers.toolchains import TOOLCHAINS
from pgbench_drivers.toolchains.go import HOME

TIMEOUT_SECONDS = 300


def test_go_s_tests_pass_with_a_server(embedded_server: Server) -> None:
    endpoint = embedded_server.endpoint
    server = {
        "PGBENCH_TEST_HOST": endpoint.host,
        "PGBENCH_TEST_PORT": str(endpoint.port),
        "PGBENCH_TEST_USER": endpoint.user,
        "PGBENCH_TEST_PASSWORD": endpoint.password or "",
        "PGBENCH_TEST_DATABASE": endpoint.database,
    }
    # Others need none, and have been run without.
    done = subprocess.run(
        ["go", "test", "-count=1", ".", "./internal/runner"],
        cwd=HOME,
        env={**os.environ, **TOOLCHAINS["go"].tools("default", print), **server},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
