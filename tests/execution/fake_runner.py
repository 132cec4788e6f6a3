"""A runner with canned events and faults, so that the executor is tested without a driver.

`FAKE_RUNNER` in the environment names the behaviour.
"""

import json
import os
import signal
import sys
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
        cpu_user_us=1000,
        cpu_system_us=500,
        max_rss_kib=4096,
    )


def error(kind: str, code: int) -> None:
    emit("error", kind=kind, message=f"the fake says {kind}")
    sys.exit(code)


def main() -> None:
    emit(
        "hello",
        contract=1,
        runner="fake",
        runtime={"name": "fake", "version": "3"},
        driver={"name": "fake", "version": "1.2"},
        components={"part": "0.1"},
        mode="canned",
        synthetic=False,
    )
    if BEHAVIOUR == "unsupported":
        error("unsupported", 3)
    if BEHAVIOUR == "wrong-answer":
        error("wrong-answer", 4)
    if BEHAVIOUR == "driver-error":
        error("driver", 5)
    if BEHAVIOUR == "bad-job":
        error("bad-job", 2)
    if BEHAVIOUR == "crash":
        print("Traceback: something broke", file=sys.stderr, flush=True)
        sys.exit(1)
    if BEHAVIOUR == "hang-connecting":
        time.sleep(600)
    if BEHAVIOUR == "garbage":
        print("hello, I am not JSON", flush=True)
    if BEHAVIOUR == "unknown-key":
        emit("started", window="warmup", surprise=1)
    rows = JOB["query"]["expect"]["rows"]
    checksum = "0" * 64 if BEHAVIOUR == "lies" else JOB["query"]["expect"]["checksum"]
    emit("ready", connections=JOB["concurrency"], rows=rows, columns=1, checksum=checksum)
    emit("started", window="warmup")
    finished("warmup")
    emit("started", window="measure")
    if BEHAVIOUR == "killed-in-window":
        os.kill(os.getpid(), signal.SIGKILL)
    if BEHAVIOUR == "hang-in-window":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    finished("measure")
    if BEHAVIOUR == "no-result":
        return
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
            "histogram": "HISTnonsense"
            if BEHAVIOUR == "bad-histogram"
            else histogram(QUERIES - (BEHAVIOUR == "short-histogram")),
        },
    )


main()
