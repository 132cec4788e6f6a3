"""What `run --transport` refuses, before anything is prepared or measured."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from pgbench_drivers.cli.run import run
from pgbench_drivers.errors import UserError


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--transport", "carrier-pigeon"], "expected unix, tcp, tls"),
        (["--transport", "tcp+0ms"], "expected unix, tcp, tls"),
        (["--transport", "tcp+1s"], "expected unix, tcp, tls"),
        (["--transport", "tcp,tcp"], "names a transport twice"),
        (["--transport", "tls", "--mode", "replay"], "declines encryption"),
        (["--transport", "tcp,tls", "--mode", "live,replay"], "declines encryption"),
        (["--transport", "unix,tls", "--server", "embedded"], "was built without TLS: give one"),
        (["--transport", "tls", "--server", "host=127.0.0.1"], "sslrootcert=/path/ca.crt"),
        (["--transport", "tls", "--server", "host=h sslrootcert=/no/file"], "no file /no/file"),
        (["--transport", "tls", "--server", "/nonexistent"], "no program postgres"),
        (["--transport", "tcp,unix", "--server", "docker"], "inside the container"),
    ],
)
def test_what_cannot_be_is_refused_with_its_cure(arguments: list[str], reason: str) -> None:
    chosen = ["-d", "asyncpg", "-q", "one_plus_one", "--dry-run"]
    with pytest.raises((UserError, click.UsageError), match=reason):
        CliRunner().invoke(
            run, [*chosen, *arguments], standalone_mode=False, catch_exceptions=False
        )


def test_a_plan_is_shown_for_each_transport() -> None:
    arguments = ["-d", "asyncpg", "-q", "one_plus_one", "--rounds", "1", "--dry-run"]
    arguments += ["--transport", "unix,tcp+2.5ms", "--server", "embedded"]
    done = CliRunner().invoke(run, arguments, standalone_mode=False, catch_exceptions=False)
    assert done.output.count("round 1  asyncpg / one_plus_one / 8") == 2
