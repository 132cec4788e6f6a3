"""Signals end a run once, also when Python drops the exception."""

import os
import signal

import pytest

from pgbench_drivers import signals


def send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", signals.ENDING)
def test_a_signal_interrupts(number: signal.Signals) -> None:
    with signals.ending(), pytest.raises(KeyboardInterrupt):
        send(number)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_whose_exception_python_dropped_is_found() -> None:
    class Dropping:
        def __del__(self) -> None:
            send(signal.SIGINT)

    with signals.ending():
        Dropping()
        with pytest.raises(KeyboardInterrupt):
            signals.check()


def test_nothing_interrupts_a_clean_up() -> None:
    with signals.ending():
        signals.hold()
        send(signal.SIGINT)
        send(signal.SIGTERM)
        signals.check()


def test_what_signals_did_before_they_do_again() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with signals.ending():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with signals.ending():
            send(signal.SIGINT)
        signals.check()
    finally:
        signal.signal(signal.SIGINT, before)
