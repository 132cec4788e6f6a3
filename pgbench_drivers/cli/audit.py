"""`pgbench-drivers audit`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from pgbench_drivers import signals
from pgbench_drivers.audit.sentence import facts_text, sentence
from pgbench_drivers.cli.parameters import queries_option, registry_option, timeout_option
from pgbench_drivers.config.options import Options, select
from pgbench_drivers.config.queries import QuerySpec, load_queries
from pgbench_drivers.config.registry import load_registry, select_drivers
from pgbench_drivers.contract.messages import QueryKind
from pgbench_drivers.execution.audit_session import audit
from pgbench_drivers.results.audit import Audit

EXIT_FAILED = 1


@click.command(name="audit")
@click.option(
    "-d",
    "--drivers",
    multiple=True,
    metavar="GLOB",
    help="Drivers to audit; repeatable; a leading ! excludes.  [default: *, all but those marked -]",
)
@click.option(
    "-q",
    "--queries",
    multiple=True,
    metavar="GLOB",
    help="Queries to audit; repeatable; a leading ! excludes.  [default: *, all but those marked -]",
)
@click.option(
    "--server",
    metavar="auto|docker|embedded|DSN",
    default="auto",
    help="Which PostgreSQL, as for `run`.  [default: auto]",
)
@click.option(
    "--transport",
    type=click.Choice(["tcp", "unix"]),
    default="tcp",
    help="How clients reach the server.  [default: tcp]",
)
@timeout_option
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write all facts there as JSON; - for stdout, instead of the text.",
)
@registry_option
@queries_option
def audit_drivers(**flags: Any) -> int:
    """Say what each driver really sends to the server, and measure nothing.

    Every driver's runner runs every query for a moment through a proxy that
    decodes the protocol: simple or extended, how often it prepares, text or
    binary, round trips, bytes, what is sent besides. docs/fairness-audit.md
    explains each fact.

    \b
    pgbench-drivers audit -d asyncpg -d pgx -q pg_type
    pgbench-drivers audit --json audit.json

    A row that declares a usage is held to it: one that is pgbouncer-safe must
    not prepare a statement with a name.

    Exit codes: 0 all were audited, or do not support the query; 1 some could
    not be, or are not used as they declare; 2 wrong usage.
    """
    queries = {query.name: query for query in load_queries(flags["queries_dir"])}
    extra = {query.name for query in queries.values() if not query.file.default}
    names = select(queries, flags["queries"] or ["*"], "query", only_if_named=extra)
    drivers = select_drivers(load_registry(flags["registry"]), flags["drivers"])
    chosen = [queries[name] for name in names]
    options = Options(server=flags["server"], transport=flags["transport"])
    if flags["timeout"] is not None:
        options = msgspec.structs.replace(options, timeout=flags["timeout"])
    to_stdout = str(flags["json_file"]) == "-"
    kinds = _kinds(chosen)
    with signals.ending():
        found = []
        for one in audit(options, drivers, chosen, _say):
            found.append(one)
            if not to_stdout:
                click.echo(_text(one, kinds[one.query]))
    _write(flags["json_file"], found, kinds)
    return EXIT_FAILED if any(_is_bad(one) for one in found) else 0


def _is_bad(audited: Audit) -> bool:
    return bool(audited.breach or (audited.failure and not audited.unsupported))


def _kinds(queries: Iterable[QuerySpec]) -> dict[str, QueryKind]:
    return {query.name: query.file.kind for query in queries}


def _text(audited: Audit, kind: QueryKind) -> str:
    title = f"{audited.driver} × {audited.query}: "
    if audited.sent is None:
        return f"{title}{'not supported' if audited.unsupported else 'FAILED'}: {audited.failure}\n"
    breach = f"    BREACH: {audited.breach}\n" if audited.breach else ""
    return f"{title}{sentence(audited.sent, kind)}\n    {facts_text(audited.sent)}\n{breach}"


def _write(path: Path | None, found: Sequence[Audit], kinds: Mapping[str, QueryKind]) -> None:
    if path is None:
        return
    content = [
        {
            **msgspec.to_builtins(one),
            "sentence": sentence(one.sent, kinds[one.query]) if one.sent else None,
        }
        for one in found
    ]
    encoded = msgspec.json.format(msgspec.json.encode({"audits": content}), indent=1) + b"\n"
    if str(path) == "-":
        sys.stdout.buffer.write(encoded)
    else:
        path.write_bytes(encoded)


def _say(text: str) -> None:
    click.echo(f"pgbench-drivers: {text}", err=True)
