"""`gate --base-ref` and `gate --against`: drivers as they are, and in another version, in one plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pgbench_drivers.cli.gate.arrangement import Rules, SideBySide
from pgbench_drivers.cli.run import new_directory
from pgbench_drivers.config.options import Options, load_options, select
from pgbench_drivers.config.queries import QuerySpec, load_queries
from pgbench_drivers.config.registry import DriverSpec, load_registry, select_drivers, varied
from pgbench_drivers.errors import UserError
from pgbench_drivers.execution.request import Request
from pgbench_drivers.toolchains import TOOLCHAINS, ToolchainError
from pgbench_drivers.toolchains.variant import Release, Variant, parse_requirement

DEFAULTS = Options(warmup=0.8, duration=2.0, rounds=8)
"""Many short rounds see more than few long ones in the same time (docs/methodology.md)."""

BUILT_HERE = "pgstride"


def request_of(flags: dict[str, Any]) -> tuple[Request, dict[str, str]]:
    """Both versions' rows in one plan, and the base's row by its driver; raises UserError."""
    wanted = flags["base_ref"] or _release(flags["against"])
    drivers = _drivers(flags, BUILT_HERE if isinstance(wanted, str) else wanted.package)
    bases = {driver.name: varied(driver, _variant(driver, wanted)) for driver in drivers}
    typed = "--base-ref" if flags["base_ref"] else "--against"
    request = Request(
        options=_options(flags),
        drivers=[*drivers, *bases.values()],
        queries=_queries(flags),
        directory=flags["output"] or new_directory("gate-"),
        command=f"pgbench-drivers gate {typed} {flags['base_ref'] or flags['against']}",
        resume=False,
    )
    return request, {name: base.name for name, base in bases.items()}


def side_by_side(rules: Rules, request: Request, bases: dict[str, str]) -> SideBySide:
    """What the request's rows are to each other."""
    return SideBySide(rules, bases, request.options.rounds, len(request.cells()) // 2)


def _options(flags: dict[str, Any]) -> Options:
    defaults = {name: getattr(DEFAULTS, name) for name in ("warmup", "duration", "rounds")}
    names = set(Options.__struct_fields__) - {"drivers", "queries"}
    given = {name: value for name, value in flags.items() if name in names and value is not None}
    return load_options(None, {**defaults, **given}, quick=False)


def _queries(flags: dict[str, Any]) -> Sequence[QuerySpec]:
    queries = {query.name: query for query in load_queries(flags["queries_dir"])}
    extra = {query.name for query in queries.values() if not query.file.default}
    return [queries[name] for name in select(queries, flags["queries"], "query", extra)]


def _release(text: str) -> Release:
    wanted = parse_requirement(text)
    if wanted is None:
        raise UserError(f"--against {text}: expected PACKAGE==VERSION, such as asyncpg==0.29.0")
    return wanted


def _drivers(flags: dict[str, Any], default: str) -> list[DriverSpec]:
    """The rows that are asked for, or the one that has the name of what varies."""
    registry = [driver for driver in load_registry(flags["registry"]) if not driver.synthetic]
    names = [driver.name for driver in registry]
    if not flags["drivers"] and default not in names:
        raise UserError(
            f"no driver has the name {default}: say with --drivers which of them to measure "
            f"with it; there are: {', '.join(names)}"
        )
    return select_drivers(registry, flags["drivers"] or (default,))


def _variant(driver: DriverSpec, wanted: str | Release) -> Variant:
    """The driver's environment at a revision, or with a release; raises UserError."""
    language, environment = driver.entry.language, driver.entry.environment
    toolchain = TOOLCHAINS.get(language)
    if toolchain is None:
        raise UserError(f"{driver.name}: the toolbench has no toolchain for {language!r}")
    try:
        if isinstance(wanted, str):
            return toolchain.revision(environment, wanted)
        return toolchain.release(environment, wanted)
    except (UserError, ToolchainError) as error:
        raise UserError(f"{driver.name}: {error}") from error
