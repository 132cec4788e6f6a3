"""What lies between the runners and what answers them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pgbench_drivers.config.options import Options
from pgbench_drivers.server import Endpoint, Probe, ServerError, probe_tls
from pgbench_drivers.server.base import DELAY, Say
from pgbench_drivers.server.delay import DelayProxy
from pgbench_drivers.server.namespace import Namespace, NamespaceError, delaying
from pgbench_drivers.toolchains import TOOLCHAINS, ToolchainError
from pgbench_drivers.toolchains.c import build_delay_proxy
from pgbench_drivers.transports import delay_ms

DELAYED = "tcp+Nms"


@dataclass(frozen=True)
class Reached:
    """Where runners connect, and what a report says of the way from there."""

    endpoint: Endpoint
    details: Mapping[str, str]


def probe_transports() -> list[Probe]:
    """What `doctor` tells of the ways to the server."""
    return [
        Probe("unix", True, "by an embedded or installed server"),
        Probe("tcp", True, "by any server"),
        probe_tls(),
        _probe_delay(),
    ]


def _probe_delay() -> Probe:
    compiler = TOOLCHAINS["c"].probe()
    if not sys.platform.startswith("linux") or not compiler.available:
        return Probe(DELAYED, False, f"the delaying proxy is built for Linux: {compiler.text}")
    return Probe(DELAYED, True, f"{_probe_netem()}by a delaying proxy, built with {compiler.text}")


def _probe_netem() -> str:
    namespace = Namespace(delaying(1.0))
    try:
        namespace.make()
    except NamespaceError as error:
        return f"not by netem ({error}), but "
    finally:
        namespace.remove()
    return "by netem before a server that we start, else "


@contextlib.contextmanager
def reached(
    endpoint: Endpoint, options: Options, say: Say, *, is_delayed: bool = False
) -> Iterator[Reached]:
    """The endpoint by the run's transport, which `is_delayed` already; raises ServerError."""
    milliseconds = delay_ms(options.transport)
    if not milliseconds or is_delayed:
        yield Reached(endpoint, {})
        return
    if endpoint.host.startswith("/"):
        raise ServerError(
            f"--transport {options.transport} delays TCP, but --server names a unix socket: give "
            "its host and port"
        )
    try:
        program = build_delay_proxy(say)
    except ToolchainError as error:
        raise ServerError(f"--transport {options.transport}: {error}") from error
    say(f"round trips take {milliseconds:g} ms longer: a proxy delays them")
    # It is on the server's side: the client's CPUs are what is measured.
    cpus = frozenset(options.pin_server) if options.pin_server else None
    with DelayProxy(program, endpoint, milliseconds, cpus) as proxy:
        yield Reached(
            proxy.endpoint, {DELAY: f"{milliseconds:g} ms per round trip, by a delaying proxy"}
        )
