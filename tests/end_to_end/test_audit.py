"""`audit` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.end_to_end.conftest import bench


def test_an_audit_says_and_writes_what_a_driver_sends(tmp_path: Path) -> None:
    file = tmp_path / "audit.json"
    done = bench(
        "audit", "-d", "asyncpg", "-d", "aiopg", "-q", "one_plus_one", "-q", "copy",
        "--server", "embedded", "--transport", "unix", "--json", file,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "asyncpg × one_plus_one: Prepares a named statement once per connection" in done.stdout
    assert "aiopg × copy: not supported: aiopg cannot COPY" in done.stdout
    audits = {(a["driver"], a["query"]): a for a in json.loads(file.read_text("utf-8"))["audits"]}
    assert len(audits) == 4
    assert audits["asyncpg", "one_plus_one"]["sent"]["rows_received"] == 1
    assert audits["asyncpg", "one_plus_one"]["sentence"].startswith("Prepares a named statement")
    assert audits["aiopg", "copy"]["sent"] is None


REGISTRY = """
[languages.python]
title = "Python"

[drivers.unheard-of]
title = "a driver that the runner does not know"
language = "python"
adapter = "unheard-of"
client = "async"
notes = ""
"""


def test_a_driver_that_cannot_be_audited_is_exit_code_1_with_its_reason(tmp_path: Path) -> None:
    registry = tmp_path / "drivers.toml"
    registry.write_text(REGISTRY, encoding="utf-8")
    done = bench(
        "audit", "--registry", registry, "-q", "one_plus_one", "--server", "embedded",
        "--json", "-",
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    (audited,) = json.loads(done.stdout)["audits"]
    assert audited["sent"] is None
    assert "unheard-of" in audited["failure"]


def test_a_wrong_name_is_a_usage_error() -> None:
    done = bench("audit", "-d", "nobody")
    assert done.returncode == 2
    assert "no driver matches 'nobody'" in done.stderr
