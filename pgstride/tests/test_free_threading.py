"""On Pythons that can do without the GIL it is turned on, or the import says that it must be."""

import os
import subprocess
import sys
import sysconfig

import pytest

pytestmark = pytest.mark.skipif(
    not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="this Python always has the GIL"
)


def run(program, **environment):
    others = {name: value for name, value in os.environ.items() if name != "PYTHON_GIL"}
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**others, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_importing_turns_the_gil_on():
    ended = run("import pgstride, sys; print(sys._is_gil_enabled())")
    assert ended.stdout == "True\n", ended.stderr
    assert "RuntimeWarning: The global interpreter lock (GIL) has been enabled" in ended.stderr


@pytest.mark.parametrize("module", ["pgstride", "pgstride.core.rows", "pgstride.aio.session"])
def test_it_cannot_be_imported_where_the_gil_has_to_stay_off(module):
    ended = run(f"import {module}", PYTHON_GIL="0")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("ImportError: pgstride needs the GIL")


def test_it_can_be_imported_where_the_gil_has_to_stay_on():
    ended = run("import pgstride", PYTHON_GIL="1")
    assert (ended.returncode, ended.stderr) == (0, "")
