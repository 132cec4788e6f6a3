"""`gate --against` and `--base-ref`: what cannot be meant is told before anything is built."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from pgbench_drivers.cli.gate import gate
from pgbench_drivers.errors import UserError


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name the one thing that nothing may be slower than"),
        (("--against", "asyncpg==1", "--base-ref", "HEAD"), "name the one thing"),
        (("--against", "asyncpg"), "expected PACKAGE==VERSION"),
        (("--against", "uvloop==0.21.0"), "no driver has the name uvloop: say with --drivers"),
        (("--against", "asyncpg==0.29.0", "-d", "pgx"), "pgx: go: only Python's drivers"),
        (("--against", "pgx==1", "-d", "asyncpg"), "asyncpg: pgx is none of the packages"),
        (("--against", "pgstride==99"), "tag pgstride-99"),
        (("--base-ref", "no-such-branch"), "pgstride: git knows no revision 'no-such-branch'"),
        (("--base-ref", "HEAD", "-d", "asyncpg"), "asyncpg: nothing of the environment default"),
        (("--base-ref", "HEAD", "-d", "null-python"), "no driver matches 'null-python'"),
        (("--base-ref", "HEAD", "--new", "x.json"), "--new goes with --baseline only"),
        (("--baseline", "x.json", "--rounds", "3"), "--rounds is what the baseline was measured"),
        (("--against", "asyncpg==0.30.0", "--rounds", "1"), "1 round a side cannot show"),
    ],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(UserError) as raised:
        CliRunner().invoke(gate, arguments, standalone_mode=False, catch_exceptions=False)
    assert said in str(raised.value)
