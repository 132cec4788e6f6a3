"""What one step costs, seen from outside its runner: clock, /proc, the kernel's counters."""

from __future__ import annotations

import contextlib
import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pgbench_drivers.contract.messages import Event, Finished, Hello, Ready, Started
from pgbench_drivers.execution import proc
from pgbench_drivers.execution.cell import StepContext
from pgbench_drivers.execution.executor import run_checked
from pgbench_drivers.execution.peak_memory import PeakMemory
from pgbench_drivers.execution.perf_events import Counter, CounterError, Counting, Name
from pgbench_drivers.execution.proc import Switches
from pgbench_drivers.plan.plan import Windows
from pgbench_drivers.results.cost import Observation
from pgbench_drivers.results.journal import StepRecord


@dataclass
class Watch:
    """A witness that keeps what a step costs.

    Threads that have ended when the window has take their counts of switches
    with them. Those that serve one window do (`threads_end`), and others when
    the process is ending already; then the switches are those of the process's
    whole life, less those before the window. With `memory` nothing is counted
    but the peak, which is looked at all the time: that costs the processor some.
    """

    counters: Mapping[Name, Counter] = field(default_factory=dict)
    memory: bool = False
    threads_end: bool = False
    started_ns: int = 0
    hello_ns: int | None = None
    ready_ns: int | None = None
    peak_kib: int | None = None
    peak_since_start: bool = False
    switches: Switches | None = None
    counted: dict[Name, int] = field(default_factory=dict)
    _pid: int = 0
    _peak: PeakMemory = field(default_factory=PeakMemory)
    _counting: Counting = field(default_factory=Counting)
    _before: dict[Name, int] = field(default_factory=dict)
    _threads: dict[int, Switches] = field(default_factory=dict)
    _children_before: Switches = field(default_factory=lambda: Switches(0, 0))

    def starting(self) -> None:
        self._children_before = _of_ended_children()

    def running(self, pid: int) -> None:
        # Not before: what it takes to copy the orchestrator is no cost of the runner's.
        self.started_ns = time.monotonic_ns()
        self._pid = pid
        if self.counters:
            # One that has ended already is told of by its step.
            with contextlib.suppress(CounterError):
                self._counting = Counting.of(pid, self.counters)

    def heard(self, event: Event) -> None:
        match event:
            case Hello():
                self.hello_ns = time.monotonic_ns()
            case Ready():
                self.ready_ns = time.monotonic_ns()
            case Started("measure"):
                self._window_begins()
            case Finished("measure"):
                self._window_ends()

    def ended(self) -> None:
        if self.switches is None and self._threads:
            whole_life = _of_ended_children() - self._children_before
            self.switches = whole_life - proc.total(self._threads.values())

    def close(self) -> None:
        """Look no more."""
        self._peak.stop()
        self._counting.close()

    def _window_begins(self) -> None:
        if self.memory:
            self.peak_since_start = not proc.forget_peak_memory(self._pid)
            self._peak.start(self._pid)
            return
        self._before = self._counting.read()
        self._threads = proc.context_switches(self._pid)

    def _window_ends(self) -> None:
        if self.memory:
            self.peak_kib = self._peak.stop()
            return
        # What is gone with the process comes first.
        threads = proc.context_switches(self._pid)
        now, before = self._counting.read(), self._before
        self.counted = {name: now[name] - before[name] for name in now if name in before}
        if self._threads and threads.keys() >= self._threads.keys() and not self.threads_end:
            self.switches = proc.total(threads.values()) - proc.total(self._threads.values())


def observe(
    context: StepContext,
    windows: Windows,
    counters: Mapping[Name, Counter],
    *,
    memory: bool,
    threads_end: bool,
) -> tuple[StepRecord, Observation | None]:
    """Run a step and watch it; there is no observation when it failed.

    Raises UserError when the server fails.
    """
    watch = Watch(counters, memory=memory, threads_end=threads_end)
    try:
        record = run_checked(replace(context, windows=windows, witness=watch))
    finally:
        watch.close()
    return record, _observation(context, record, watch)


def _observation(context: StepContext, record: StepRecord, watch: Watch) -> Observation | None:
    measured = record.round
    if measured is None or watch.hello_ns is None or watch.ready_ns is None:
        return None
    switches = watch.switches
    return Observation(
        driver=record.driver,
        query=record.query,
        connections=record.concurrency,
        round=measured.index,
        position=measured.position,
        started_at=measured.started_at,
        load_1m=measured.load_1m,
        start_up_ns=watch.hello_ns - watch.started_ns,
        connect_ns=watch.ready_ns - watch.hello_ns,
        elapsed_ns=measured.elapsed_ns,
        queries=measured.queries,
        rows=measured.rows,
        client_cpu_us=measured.client_cpu_user_us + measured.client_cpu_system_us,
        peak_kib=watch.peak_kib,
        voluntary_switches=None if switches is None else switches.voluntary,
        involuntary_switches=None if switches is None else switches.involuntary,
        peak_since_start=watch.peak_since_start,
        **watch.counted,
    )


def _of_ended_children() -> Switches:
    """Of all children of ours that have ended: a runner's, once it has, with all its threads."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Switches(used.ru_nvcsw, used.ru_nivcsw)
