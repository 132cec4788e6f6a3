"""A runner with canned events and faults, so that the executor is tested without a driver.

`FAKE_RUNNER` in the environment names the behaviour.
"""

import json
import os
import resource
import signal
import sys
import threading
import time

from hdrh.histogram import HdrHistogram

BEHAVIOUR = os.environ["FAKE_RUNNER"]
JOB = json.loads(sys.stdin.readline())
QUERIES, LATENCY_NS = 10, 1_000_000


def emit(event: str, **fields: object) -> None:
    print(json.dumps({"event": event, **fields}), flush=True)


def histogram(queries: int) -> str:
    made = HdrHistogram(1, 3_600_000_000_000, 3)
    made.record_value(LATENCY_NS, queries)
    return made.encode().decode()


def finished(window: str) -> None:
    emit(
        "finished",
        window=window,
        elapsed_ns=QUERIES * LATENCY_NS,
        queries=QUERIES,
        cpu_user_us=2000 if BEHAVIOUR == "costly" else 1000,
        cpu_system_us=500,
        max_rss_kib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        allocations=allocations(),
    )


def allocations() -> object:
    if BEHAVIOUR == "counts-unasked" or (JOB["count_allocations"] and BEHAVIOUR != "tells-nothing"):
        return {"count": 30 * QUERIES, "bytes": 2000 * QUERIES}
    return None


def error(kind: str, code: int) -> None:
    emit("error", kind=kind, message=f"the fake says {kind}")
    sys.exit(code)


# Behaviours that end with an error event, and the exit code that goes with each.
ERRORS = {"bad-job": 2, "unsupported": 3, "wrong-answer": 4, "driver": 5}


def hello() -> None:
    emit(
        "hello",
        contract=3,
        runner="fake",
        runtime={"name": "fake", "version": "3"},
        driver={"name": "fake", "version": "1.2"},
        components={"part": "0.1"},
        mode="canned",
        synthetic=False,
    )


def fail_before_ready() -> None:
    if BEHAVIOUR in ERRORS:
        error(BEHAVIOUR, ERRORS[BEHAVIOUR])
    if BEHAVIOUR == "crash":
        print("Traceback: something broke", file=sys.stderr, flush=True)
        sys.exit(1)
    if BEHAVIOUR == "hang-connecting":
        time.sleep(600)
    if BEHAVIOUR == "garbage":
        print("hello, I am not JSON", flush=True)
    if BEHAVIOUR == "unknown-key":
        emit("started", window="warmup", surprise=1)


def fail_in_window() -> None:
    if BEHAVIOUR == "killed-in-window":
        os.kill(os.getpid(), signal.SIGKILL)
    if BEHAVIOUR == "busy-in-window":
        while True:
            pass
    if BEHAVIOUR == "hang-in-window":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)


def before_ready() -> None:
    if BEHAVIOUR == "slow-start":
        time.sleep(0.2)
    if BEHAVIOUR == "large-answer":
        # As a verification does that needs more memory than the driver.
        assert b"x" * (96 << 20)


def in_window() -> None:
    if BEHAVIOUR == "large-answer":
        time.sleep(0.2)
        answer = b"x" * (48 << 20)
        time.sleep(0.1)
        assert answer
    if BEHAVIOUR == "threads":
        time.sleep(0.1)
        threads = [threading.Thread(target=wait_often) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def wait_often() -> None:
    for _ in range(25):
        time.sleep(0.001)


def arrivals() -> object:
    if JOB["arrivals"] is None or BEHAVIOUR == "closed-loop":
        return None
    missed = 3 if BEHAVIOUR == "loses-arrivals" else 2
    return {"scheduled": QUERIES + 2, "missed": missed, "late": 1, "max_lateness_ns": 1_500_000}


def result(rows: int) -> None:
    encoded = histogram(QUERIES - (BEHAVIOUR == "short-histogram"))
    emit(
        "result",
        queries=QUERIES,
        rows=QUERIES * rows - (BEHAVIOUR == "lost-row"),
        elapsed_ns=QUERIES * LATENCY_NS,
        latency={
            "min_ns": LATENCY_NS,
            "max_ns": LATENCY_NS,
            "mean_ns": LATENCY_NS,
            "stddev_ns": 0,
            "histogram": "HISTnonsense" if BEHAVIOUR == "bad-histogram" else encoded,
        },
        tenths=[1] * 9 + [QUERIES - 9 + (BEHAVIOUR == "bad-tenths")],
        arrivals=arrivals(),
    )


def main() -> None:
    hello()
    fail_before_ready()
    before_ready()
    expect = JOB["query"]["expect"]
    checksum = "0" * 64 if BEHAVIOUR == "lies" else expect["checksum"]
    emit(
        "ready",
        connections=JOB["concurrency"],
        rows=expect["rows"],
        columns=len(JOB["query"]["columns"]),
        checksum=checksum,
    )
    emit("started", window="warmup")
    finished("warmup")
    emit("started", window="measure")
    fail_in_window()
    in_window()
    finished("measure")
    if BEHAVIOUR != "no-result":
        result(expect["rows"])


main()
