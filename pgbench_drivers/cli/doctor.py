"""`pgbench-drivers doctor`."""

from __future__ import annotations

import click

from pgbench_drivers.config.queries import load_queries
from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.execution import environment
from pgbench_drivers.execution.network import probe_transports
from pgbench_drivers.paths import QUERIES, REGISTRY
from pgbench_drivers.server import probe_servers
from pgbench_drivers.toolchains import TOOLCHAINS

EXIT_NO_SERVER = 1


@click.command()
def doctor() -> int:
    """Say what this machine can run, what is missing, and how to get it.

    Nothing is installed or started. Exit code 1: there is no server to
    measure against, except with --server DSN.
    """
    machine = environment.describe()
    click.echo(
        f"machine    {machine.cpu_model}, {machine.cpu_cores} cores, {machine.operating_system}"
    )
    for warning in environment.warnings(machine):
        click.echo(f"           note: {warning}")
    click.echo("servers")
    servers = probe_servers()
    for server in servers:
        _line("yes" if server.available else "no", server.name, server.text)
        if server.cure:
            click.echo(f"      {'':<10} {server.cure}")
    _line("yes", "yours", "any PostgreSQL that --server DSN names")
    click.echo("transports")
    for one in probe_transports():
        _line("yes" if one.available else "no", one.name, one.text)
    click.echo("languages")
    for name, toolchain in TOOLCHAINS.items():
        probe = toolchain.probe()
        missing = "get" if probe.obtainable else "no"
        _line("yes" if probe.available else missing, name, probe.text)
    drivers = load_registry(REGISTRY)
    click.echo(f"drivers    {len(drivers)}: see `pgbench-drivers list drivers`")
    click.echo(f"queries    {len(load_queries(QUERIES))}: see `pgbench-drivers list queries`")
    return 0 if any(server.available for server in servers) else EXIT_NO_SERVER


def _line(mark: str, name: str, text: str) -> None:
    click.echo(f"  {mark:<3} {name:<10} {text}")
