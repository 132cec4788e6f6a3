"""The machine and the repository, as they are when a run starts."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from pgbench_drivers import __version__
from pgbench_drivers.paths import ROOT
from pgbench_drivers.results.model import Environment


def describe() -> Environment:
    """Everything about this machine that a reader of the figures should know."""
    revision = _output(["git", "rev-parse", "HEAD"])
    status = _output(["git", "status", "--porcelain", "--untracked-files=no"])
    return Environment(
        cpu_model=_cpu_model(),
        cpu_cores=len(os.sched_getaffinity(0)),
        cpu_governor=_read(Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")),
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        kernel=platform.release(),
        operating_system=_operating_system(),
        virtualisation=_virtualisation(),
        load_1m_before=os.getloadavg()[0],
        python=platform.python_version(),
        tool_version=__version__,
        git_revision=revision,
        git_dirty=None if revision is None else bool(status),
    )


def warnings(environment: Environment) -> list[str]:
    """What in the environment disturbs a measurement, in plain words."""
    found = []
    if environment.load_1m_before > 0.5:
        found.append(
            f"the machine was busy before the run (load {environment.load_1m_before:.1f}): "
            "close other programs and run again for figures to quote"
        )
    if environment.cpu_governor not in (None, "performance"):
        found.append(
            f"the CPU governor is {environment.cpu_governor!r}: clock speed may change during "
            "the run; `cpupower frequency-set -g performance` fixes it"
        )
    if environment.cpu_cores < 2:
        found.append("client and server share one core: throughput tells little of the driver")
    return found


def _cpu_model() -> str:
    for line in (_read(Path("/proc/cpuinfo")) or "").splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("model name", "Model"):
            return value.strip()
    return platform.processor() or platform.machine()


def _operating_system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def _virtualisation() -> str | None:
    found = _output(["systemd-detect-virt"])
    if found and found != "none":
        return found
    vendor = _read(Path("/sys/class/dmi/id/sys_vendor"))
    flags = _read(Path("/proc/cpuinfo")) or ""
    return f"virtual machine ({vendor})" if " hypervisor" in flags else None


def _read(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except OSError:
        return None


def _output(argv: list[str]) -> str | None:
    try:
        finished = subprocess.run(
            argv, cwd=ROOT, capture_output=True, text=True, check=False, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return finished.stdout.strip() if finished.returncode == 0 else None
