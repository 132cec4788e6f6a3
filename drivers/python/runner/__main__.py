"""`python -m runner`: one job from stdin, events to stdout, exit code per contract."""

from __future__ import annotations

import json
import sys
import traceback

from pgbench_drivers.contract.canonical import UnknownTypeError, WrongAnswerError
from runner import allocations, life_cycle
from runner.adapters import load
from runner.events import emit
from runner.job import BadJobError, Job, UnsupportedError, parse


def main() -> int:
    """Run one job; returns the exit code."""
    try:
        _run(parse(json.loads(sys.stdin.readline())))
    except (BadJobError, json.JSONDecodeError) as error:
        return _fail(2, "bad-job", error)
    except (UnsupportedError, UnknownTypeError) as error:
        return _fail(3, "unsupported", error)
    except WrongAnswerError as error:
        return _fail(4, "wrong-answer", error)
    except Exception as error:
        traceback.print_exc()
        return _fail(5, "driver", error)
    return 0


def _run(job: Job) -> None:
    if job.count_allocations:
        allocations.start()
    life_cycle.run(load(job))


def _fail(code: int, kind: str, error: Exception) -> int:
    text = " ".join(str(error).split()) or repr(error)
    message = text if kind != "driver" else f"{type(error).__name__}: {text}"
    emit("error", kind=kind, message=message)
    return code


sys.exit(main())
