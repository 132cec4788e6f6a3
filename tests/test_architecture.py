"""The import rules that keep the layers apart; they stand in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

from pgbench_drivers.paths import ROOT


def test_import_rules_are_kept() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
