"""`exec` runs a language's own tools, wherever the runner has them from."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgbench_drivers.paths import DRIVERS
from tests.end_to_end.conftest import bench


@pytest.mark.parametrize(
    ("language", "program"),
    [("python", "python"), ("node", "node"), ("bun", "bun"), ("go", "gofmt")],
)
def test_it_finds_the_tools_and_works_in_the_runner_s_folder(language: str, program: str) -> None:
    done = bench("exec", language, "sh", "-c", f"pwd; command -v {program}")
    assert done.returncode == 0, done.stderr
    folder, found = done.stdout.splitlines()
    assert Path(folder) == DRIVERS / language
    assert Path(found).exists()


def test_a_python_environment_can_be_chosen() -> None:
    done = bench(
        "exec", "-e", "build", "python", "python", "-c", "import Cython, sys; print(sys.prefix)"
    )
    assert Path(done.stdout.strip()).name == "build", done.stderr


def test_an_environment_that_is_not_there_is_one_sentence() -> None:
    done = bench("exec", "-e", "nobody", "python", "python")
    assert done.returncode == 2
    assert "nobody.lock" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_s_options_and_exit_code_are_its_own() -> None:
    done = bench("exec", "go", "sh", "-c", "echo --help; exit 7")
    assert (done.returncode, done.stdout) == (7, "--help\n")


def test_a_language_may_be_optional() -> None:
    done = bench("exec", "--optional", "go", "sh", "-c", "exit 7")
    assert done.returncode == 7, "what can be run is run"


def test_an_unknown_program_is_one_sentence() -> None:
    done = bench("exec", "go", "no-such-program")
    assert done.returncode == 2
    assert "no-such-program: No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr
