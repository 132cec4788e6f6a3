"""`pgbench-drivers list`."""

from __future__ import annotations

from pathlib import Path

import click

from pgbench_drivers.config.queries import load_queries
from pgbench_drivers.config.registry import load_registry
from pgbench_drivers.paths import QUERIES, REGISTRY


@click.group(name="list")
def list_things() -> None:
    """List what can be run."""


@list_things.command()
@click.option(
    "--registry",
    type=click.Path(path_type=Path, dir_okay=False),
    default=REGISTRY,
    help="Driver registry.",
)
def drivers(registry: Path) -> None:
    """The drivers: name, language, how it is used.

    - marks what runs only when -d names it. In brackets is the usage that a row
    declares, where it is not the idiomatic one.
    """
    specs = load_registry(registry)
    width = max(len(spec.name) for spec in specs)
    for spec in specs:
        entry = spec.entry
        mark = " " if entry.default else "-"
        usage = "" if entry.usage == "idiomatic" else f"[{entry.usage}] "
        click.echo(f"{mark} {spec.name:<{width}}  {spec.language_title:<7} {usage}{entry.notes}")


@list_things.command()
@click.option(
    "--queries-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=QUERIES,
    help="Query files.",
)
def queries(queries_dir: Path) -> None:
    """The queries: name, kind, what it stresses.

    * marks the headline, - what runs only when -q names it.
    """
    specs = load_queries(queries_dir)
    width = max(len(spec.name) for spec in specs)
    for spec in specs:
        mark = "*" if spec.file.headline else " " if spec.file.default else "-"
        click.echo(f"{mark} {spec.name:<{width}}  {spec.file.kind:<5}  {spec.file.stresses}")
