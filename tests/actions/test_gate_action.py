"""The composite action: its inputs reach the gate, and its outcome is the gate's."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from pgbench_drivers.paths import ROOT

ACTION = ROOT / ".github" / "actions" / "pgbench-gate"
INPUTS = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))["inputs"]


def act(tmp_path: Path, script: Path = ACTION / "gate.sh", **inputs: str) -> tuple[int, str, str]:
    """Exit code, `outcome` and what was said, for these inputs and the others' defaults."""
    values = {name: entry["default"] for name, entry in INPUTS.items()}
    values |= {"output": str(tmp_path / "gate")} | inputs
    variables = {name.upper().replace("-", "_"): value for name, value in values.items()}
    told = tmp_path / "told"
    done = subprocess.run(
        ["bash", script],
        env={**os.environ, **variables, "GITHUB_OUTPUT": str(told)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, told.read_text(encoding="utf-8"), done.stdout + done.stderr


def test_a_gate_that_is_used_wrongly_says_so(tmp_path: Path) -> None:
    code, told, said = act(tmp_path, against="asyncpg")
    assert (code, told) == (2, "outcome=usage\n")
    assert "expected PACKAGE==VERSION" in said


@pytest.mark.parametrize(
    ("code", "outcome"), [(0, "passed"), (1, "regression"), (3, "unmeasured"), (130, "unmeasured")]
)
def test_the_outcome_is_the_exit_code_in_a_word(tmp_path: Path, code: int, outcome: str) -> None:
    found, told, _ = act(tmp_path, stand_in(tmp_path, f"exit {code}"))
    assert (found, told) == (code, f"outcome={outcome}\n")


def test_the_inputs_are_options_and_patterns_stay_patterns(tmp_path: Path) -> None:
    script = stand_in(tmp_path, 'printf "%s\\n" "$@"')
    _, _, said = act(
        tmp_path, script, **{"base-ref": "a b", "drivers": "asyncpg* !x", "arguments": "-c 1"}
    )
    output = str(tmp_path / "gate")
    assert said.splitlines() == [
        "gate", "--max-regression", "5%", "--output", output,
        "--junit", f"{output}/gate.xml", "--summary", f"{output}/summary.md",
        "--base-ref", "a b", "--drivers", "asyncpg*", "--drivers", "!x", "-c", "1",
    ]  # fmt: skip


def stand_in(tmp_path: Path, command: str) -> Path:
    """The action's script in a toolbench whose command does something else."""
    script = tmp_path / "toolbench" / ACTION.relative_to(ROOT) / "gate.sh"
    script.parent.mkdir(parents=True)
    script.write_text((ACTION / "gate.sh").read_text(encoding="utf-8"), encoding="utf-8")
    program = tmp_path / "toolbench" / ".venv" / "bin" / "pgbench-drivers"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    program.chmod(0o755)
    return script
