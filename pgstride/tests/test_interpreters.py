"""Interpreters besides the main one get a clear refusal, not a crash."""

import subprocess
import sys

PROGRAM = """
import pgstride
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
other = interpreters.create()
try:
    failed = interpreters.run_string(other, "import pgstride")
except Exception as error:
    failed = error
text = getattr(failed, "msg", None) or str(failed)
print(text)
assert "interpreter" in text, text
assert pgstride.Record is not None
"""


def test_another_interpreter_cannot_import_it():
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
