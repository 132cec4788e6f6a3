"""One step: what every ending of a runner becomes."""

import os
import re
import sys
import time
from pathlib import Path

import msgspec
import pytest

from pgbench_drivers.config.queries import load_query
from pgbench_drivers.contract.messages import Arrivals, Connection, Expect, JobQuery
from pgbench_drivers.execution.cell import StepContext, run_step
from pgbench_drivers.execution.runner_process import RunnerCommand
from pgbench_drivers.paths import QUERIES
from pgbench_drivers.plan.plan import CellKey, Step, Windows
from pgbench_drivers.results import model
from pgbench_drivers.results.journal import StepRecord

FAKE = Path(__file__).with_name("fake_runner.py")
SPEC = load_query(QUERIES / "70-one_plus_one.toml")
QUERY = JobQuery(
    name=SPEC.name,
    kind="fetch",
    sql=SPEC.file.sql,
    args=[],
    columns=SPEC.file.columns,
    target=None,
    readback=None,
    expect=Expect(1, "ab" * 32),
)


def context(
    behaviour: str, timeout_seconds: float = 20.0, arrivals: Arrivals | None = None
) -> StepContext:
    """The fake; no server is needed, since the query has neither set-up nor target."""
    cpu = iter((1.0, 1.5))
    return StepContext(
        step=Step(CellKey("fake", SPEC.name, 2, arrivals and arrivals.per_second), 3, 17),
        spec=SPEC,
        query=QUERY,
        schema="s",
        adapter="fake",
        options={},
        synthetic=False,
        runner=RunnerCommand((sys.executable, str(FAKE)), FAKE.parent, {"FAKE_RUNNER": behaviour}),
        connection=Connection("nowhere", 1, "u", None, "d", None),
        admin=None,  # type: ignore[arg-type]
        windows=Windows(0.01, 0.01),
        seed=1,
        timeout_seconds=timeout_seconds,
        client_cpus=None,
        server_cpu=lambda: next(cpu),
        arrivals=arrivals,
    )


def run(
    behaviour: str, timeout_seconds: float = 20.0, arrivals: Arrivals | None = None
) -> StepRecord:
    """Run the fake to its record."""
    return run_step(context(behaviour, timeout_seconds, arrivals))


def test_a_good_runner_becomes_a_round() -> None:
    record = run("good")
    assert record.failure is None
    assert record.identity is not None
    assert (record.identity.version, record.identity.runtime) == ("1.2", "fake 3")
    measured = record.round
    assert measured is not None
    assert (measured.index, measured.position) == (3, 17)
    assert (measured.queries, measured.rows, measured.elapsed_ns) == (10, 10, 10_000_000)
    assert (measured.client_cpu_user_us, measured.client_cpu_system_us) == (1000, 500)
    assert measured.server_cpu_us == pytest.approx(500_000)
    assert measured.latency.percentiles_ns["50"] == pytest.approx(1_000_000, rel=1e-3)
    assert (measured.tenths, measured.arrivals) == ([1] * 10, None)
    assert set(measured.latency.percentiles_ns) == {
        "25", "50", "75", "90", "95", "99", "99.9", "99.99",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("behaviour", "kind", "reason"),
    [
        ("unsupported", "unsupported", "the fake says unsupported"),
        ("wrong-answer", "wrong-answer", "the fake says wrong-answer"),
        ("driver", "driver", "the fake says driver"),
        ("bad-job", "bad-job", "the fake says bad-job"),
        (
            "crash",
            "crash",
            "exit code 1 while connecting or answering for the first time: Traceback",
        ),
        ("killed-in-window", "crash", "signal SIGKILL in the measure window"),
        ("garbage", "contract", "hello, I am not JSON"),
        ("unknown-key", "contract", "surprise"),
        ("no-result", "contract", "without a result"),
        ("lies", "wrong-answer", "accepted a first answer that is not the right one"),
        ("lost-row", "wrong-answer", "10 queries gave 9 rows, expected 1 each"),
        ("bad-histogram", "contract", "not an HdrHistogram"),
        ("short-histogram", "contract", "histogram holds 9 values for 10 queries"),
        ("bad-tenths", "contract", "`tenths` add up to 11, `queries` is 10"),
    ],
)
def test_every_bad_ending_is_a_failure_with_its_reason(
    behaviour: str, kind: str, reason: str
) -> None:
    record = run(behaviour)
    assert record.round is None
    assert record.failure is not None
    assert (record.failure.round, record.failure.kind) == (3, kind)
    assert reason in record.failure.reason


@pytest.mark.parametrize(
    ("behaviour", "phase"),
    [("hang-connecting", "while connecting"), ("hang-in-window", "in the measure window")],
)
def test_a_runner_that_hangs_is_ended_and_named(behaviour: str, phase: str) -> None:
    began = time.monotonic()
    record = run(behaviour, timeout_seconds=1.0)
    assert time.monotonic() - began < 10
    assert record.failure is not None
    assert record.failure.kind == "timeout"
    assert phase in record.failure.reason
    assert not _processes_with(str(FAKE))


def test_a_time_out_tells_a_runner_that_works_from_one_that_waits() -> None:
    waits, works = (
        run(behaviour, timeout_seconds=2.0).failure
        for behaviour in ("hang-in-window", "busy-in-window")
    )
    assert waits is not None
    assert works is not None
    assert waits.reason.endswith("no answer for 2 s, in which it used 0 s of CPU")
    # As much as it got of a core.
    assert re.search(r"in which it used [12] s of CPU$", works.reason), works.reason


OPEN_LOOP = Arrivals("poisson", 1200.0)


def test_an_open_loop_becomes_a_round_that_says_how_its_schedule_was_kept() -> None:
    record = run("good", arrivals=OPEN_LOOP)
    assert record.per_second == 1200.0
    assert record.round is not None
    assert record.round.arrivals == model.Arrivals(12, 2, 1, 1_500_000)


@pytest.mark.parametrize(
    ("behaviour", "arrivals", "reason"),
    [
        ("closed-loop", OPEN_LOOP, "ran a closed loop, which the job does not say"),
        ("loses-arrivals", OPEN_LOOP, "12 queries were scheduled, but 10 answered and 3 missed"),
    ],
)
def test_an_open_loop_that_the_runner_did_not_run_is_a_failure(
    behaviour: str, arrivals: Arrivals, reason: str
) -> None:
    failure = run(behaviour, arrivals=arrivals).failure
    assert failure is not None
    assert failure.kind == "contract"
    assert reason in failure.reason


def _processes_with(argument: str) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and entry.name != str(os.getpid()):
            try:
                command = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if argument in command:
                found.append(command)
    return found


def test_peak_memory_is_the_runner_s_own_and_not_that_of_who_started_it() -> None:
    ballast = b"x" * (256 << 20)
    record = run("good")
    assert record.round is not None
    assert 1 << 10 < record.round.max_rss_kib < len(ballast) >> 11


def test_the_record_survives_the_journal() -> None:
    record = run("good")
    assert msgspec.json.decode(msgspec.json.encode(record), type=StepRecord) == record
