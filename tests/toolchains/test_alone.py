"""Two processes that prepare runners do so one after the other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pgbench_drivers.toolchains import alone as module
from pgbench_drivers.toolchains.alone import alone

HOLDER = """
import sys
from pathlib import Path
from pgbench_drivers.toolchains import alone as module
module.TOOLCHAINS_DIRECTORY = Path(sys.argv[1])
with module.alone(print):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_the_second_waits_says_so_and_then_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TOOLCHAINS_DIRECTORY", tmp_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        said: list[str] = []

        def say(text: str) -> None:
            said.append(text)
            holder.stdin.write("\n")
            holder.stdin.flush()

        with alone(say):
            assert holder.wait(10) == 0
    assert said == ["another process is preparing runners: waiting for it to end"]


def test_one_alone_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOOLCHAINS_DIRECTORY", tmp_path / "new")
    said: list[str] = []
    with alone(said.append):
        pass
    assert said == []
