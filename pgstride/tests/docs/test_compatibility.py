"""The inventory of asyncpg's interface is complete and up to date."""

import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).parents[2] / "tools" / "compatibility.py"


def test_the_inventory_is_complete_and_up_to_date():
    command = [sys.executable, str(TOOL), "--check"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"run {TOOL.name}: {ended.stderr}"
