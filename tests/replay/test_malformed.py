"""Whatever comes: the replay server refuses it, stays, and touches no memory but its own."""

from __future__ import annotations

import os
import random
import signal
import struct
import subprocess
from pathlib import Path

import pytest

from pgbench_drivers.replay.replay_server import ReplayError, ReplayServer
from tests.replay.conftest import NOWHERE, OWN, made_by_hand
from tests.replay.raw import (
    SYNC,
    RawClient,
    bind,
    describe,
    error_text,
    execute,
    kinds,
    message,
    parse,
    query,
    startup,
)

ROUNDS_OF_NOISE = 300


def still_serves(replay: ReplayServer) -> bool:
    with RawClient(replay.endpoint.port) as raw:
        raw.start()
        return kinds(raw.ask(query("BEGIN"))) == "CZ"


@pytest.mark.parametrize(
    "bytes_sent",
    [
        b"\0\0\0\0",
        b"\0\0\0\7\0\3\0\0",
        struct.pack("!I", 100_000) + b"\0\3\0\0",
        struct.pack("!II", 12, 3 << 16) + b"user",
        struct.pack("!II", 8, 3 << 16),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
    ids=["zero", "short", "long", "no-zero", "nothing", "http"],
)
def test_a_bad_start_up_is_refused(replay: ReplayServer, bytes_sent: bytes) -> None:
    with RawClient(replay.endpoint.port) as raw:
        answers = raw.ask(bytes_sent, b"\0" * 8)
    assert kinds(answers) == "E"
    assert still_serves(replay)


@pytest.mark.parametrize(
    "sent",
    [
        b"P\0\0\0\3",
        b"P\xff\xff\xff\xff",
        message("P", b"no end"),
        message("P", b"\0SELECT 1\0"),
        message("P", b"\0SELECT 1\0\0\2\0\0\0\1"),
        message("P", b"\0SELECT 1\0\0\0more"),
        message("B", b""),
        message("B", b"\0\0\xff\xff"),
        message("B", b"\0\0\0\0\0\1\x7f\xff\xff\xff"),
        message("B", b"\0\0\0\0\0\1\xff\xff\xff\xfe\0\0"),
        message("B", b"\0\0\0\0\0\0\0\1"),
        message("D", b"X\0"),
        message("D", b"S"),
        message("E", b"\0"),
        message("E", b"\0\0\0\0\0more"),
        message("C", b"X\0"),
        message("Q", b"no end"),
        message("Q", b"one\0two\0"),
        message("p", b"secret\0"),
        message("F", b"\0\0\0\1"),
        message("\0", b"\0\3\0\0"),
        message("~"),
    ],
)
def test_a_bad_message_ends_its_session_only(
    replay: ReplayServer, client: RawClient, sent: bytes
) -> None:
    answers = client.ask(sent)
    assert kinds(answers) == "E"
    assert error_text(answers).startswith("08P01")
    assert still_serves(replay)


def test_only_data_may_come_during_a_copy(client: RawClient) -> None:
    answers = client.ask(query("COPY t FROM STDIN"), query("BEGIN"))
    assert kinds(answers) == "GE"


def test_there_is_an_end_to_what_a_session_may_keep(client: RawClient) -> None:
    many = b"".join(parse(OWN, f"s{i}") for i in range(5000))
    answers = client.ask(many, SYNC)
    assert kinds(answers) == "1" * 4096 + "EZ"
    assert error_text(answers).startswith("53400")


def test_noise_does_no_harm(replay: ReplayServer) -> None:
    chosen = random.Random(1)
    good = [parse(OWN), bind(), describe("P"), execute(), SYNC, query("BEGIN"), message("d", b"x")]
    for _ in range(ROUNDS_OF_NOISE):
        stream = bytearray(b"".join(chosen.choices(good, k=8)))
        for _ in range(chosen.randrange(1, 6)):
            stream[chosen.randrange(len(stream))] = chosen.randrange(256)
        with RawClient(replay.endpoint.port) as raw:
            raw.send(startup(), bytes(stream[: chosen.randrange(1, len(stream))]))
    assert still_serves(replay)


def test_a_recording_that_is_none_is_refused(tmp_path: Path, checked_program: Path) -> None:
    good = made_by_hand().encode()
    for content, reason in [
        (b"", "is no recording of this version"),
        (b"PGREPLY0" + good[8:], "is no recording of this version"),
        (good[:8], "holds no start-up"),
        (good[:-1], "ends in the middle of a record"),
        (good + b"?\0\0\0\0", "holds a record of an unknown kind"),
        (good + b"A\0\0\0\x0c\0\0\xff\xff\0\0\0\0\0\0\0\0", "refers to what comes later"),
        (good + b"S\0\0\0\1\1", "holds a record whose lengths do not fit"),
    ]:
        path = tmp_path / "recording"
        path.write_bytes(content)
        with pytest.raises(ReplayError, match=reason), ReplayServer(checked_program, path, NOWHERE):
            pass


def test_damaged_recordings_are_refused_or_served(tmp_path: Path, checked_program: Path) -> None:
    # The big answer is left out: damage in its rows would be no news.
    good = made_by_hand().encode()[:3000]
    chosen = random.Random(2)
    path = tmp_path / "recording"
    for _ in range(100):
        damaged = bytearray(good)
        for _ in range(chosen.randrange(1, 4)):
            damaged[chosen.randrange(8, len(damaged))] = chosen.randrange(256)
        path.write_bytes(damaged[: chosen.randrange(8, len(damaged))])
        # The directory does not exist, so that it ends after the recording was loaded.
        done = subprocess.run(
            [checked_program, path, "--unix", tmp_path / "nowhere"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert done.stderr.startswith("replay-server: "), done.stderr


@pytest.mark.parametrize("words", [[], ["a", "b"], ["a", "--port", "70000"], ["--what"]])
def test_wrong_usage_is_told(checked_program: Path, words: list[str]) -> None:
    done = subprocess.run([checked_program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: replay-server")


def test_a_lost_server_is_named(tmp_path: Path, checked_program: Path) -> None:
    path = tmp_path / "recording"
    path.write_bytes(made_by_hand().encode())
    with ReplayServer(checked_program, path, NOWHERE) as server:
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(ReplayError, match="does not answer"):
            server.statistics()
