"""Query files: one TOML file per query in `queries/`; docs/add-a-query.md explains the keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from pgbench_drivers.config import toml
from pgbench_drivers.contract import canonical
from pgbench_drivers.contract.messages import Argument, Checksum, Column, Count, QueryKind
from pgbench_drivers.errors import UserError

SCHEMA_PLACEHOLDER = "{schema}"

_FILE_NAME = re.compile(r"^(?:\d+-)?(?P<name>[a-z][a-z0-9_]*)\.toml$")
_PARAMETER = re.compile(r"\$(\d+)")

NonEmpty = Annotated[str, Meta(min_length=1)]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the parts of a query file."""


class Expectation(_File, frozen=True):
    """The right answer: None means "as the reference client finds it on this server"."""

    rows: Count | None = None
    checksum: Checksum | None = None


class TargetTable(_File, frozen=True):
    """What `batch` and `copy` write, and the query that reads it back."""

    table: NonEmpty
    row: list[Any]
    row_count: Annotated[int, Meta(ge=1)]
    readback: NonEmpty


class QueryFile(_File, frozen=True):
    """The keys of a query file; one that is not `default` runs only when it is named."""

    title: NonEmpty
    description: NonEmpty
    stresses: NonEmpty
    kind: QueryKind
    sql: NonEmpty
    columns: Annotated[list[Column], Meta(min_length=1)]
    headline: bool = False
    default: bool = True
    args: list[Argument] = msgspec.field(default_factory=list)
    setup: list[NonEmpty] = msgspec.field(default_factory=list)
    teardown: list[NonEmpty] = msgspec.field(default_factory=list)
    target: TargetTable | None = None
    expect: Expectation = msgspec.field(default_factory=Expectation)


@dataclass(frozen=True)
class QuerySpec:
    """A query by its name (the file's, without number and ending) and its file's content."""

    name: str
    path: Path
    file: QueryFile


def load_queries(directory: Path) -> list[QuerySpec]:
    """All queries of a directory in the order of their file names.

    Raises UserError that names file, key and what was expected.
    """
    paths = sorted(directory.glob("*.toml"))
    if not paths:
        raise UserError(f"{directory}: no query files (*.toml) there")
    specs = [load_query(path) for path in paths]
    seen: dict[str, Path] = {}
    for spec in specs:
        if spec.name in seen:
            raise UserError(f"{spec.path}: {seen[spec.name].name} already has the name {spec.name}")
        seen[spec.name] = spec.path
    return specs


def load_query(path: Path) -> QuerySpec:
    """Read and check one query file; raises UserError."""
    matched = _FILE_NAME.match(path.name)
    if not matched:
        raise UserError(
            f"{path}: expected a name like 10-my_query.toml "
            "(a number for the order, then lower-case letters, digits and _)"
        )
    file = toml.load(path, QueryFile)
    for key, problem in _problems(file):
        raise UserError(f"{path}: key {key}: {problem}")
    return QuerySpec(matched["name"], path, file)


def _problems(file: QueryFile) -> list[tuple[str, str]]:
    return [
        *_headline_problems(file),
        *_type_problems(file),
        *_parameter_problems(file),
        *_target_problems(file),
    ]


def _headline_problems(file: QueryFile) -> list[tuple[str, str]]:
    if file.headline and not file.default:
        return [("default", "expected true, since the headline is of every run's queries")]
    return []


def _type_problems(file: QueryFile) -> list[tuple[str, str]]:
    declared = [(f"columns[{i}].type", c.type) for i, c in enumerate(file.columns)]
    declared += [(f"args[{i}].type", a.type) for i, a in enumerate(file.args)]
    known = ", ".join(sorted(canonical.known_types()))
    return [
        (key, f"expected one of {known}, or an array of it like int4[], got {name!r}")
        for key, name in declared
        if not canonical.is_known_type(name)
    ]


def _parameter_problems(file: QueryFile) -> list[tuple[str, str]]:
    if file.kind == "copy":
        return []
    used = {int(number) for number in _PARAMETER.findall(file.sql)}
    given = len(file.args) if file.kind == "fetch" else len(file.columns)
    if used == set(range(1, given + 1)):
        return []
    where = "args" if file.kind == "fetch" else "columns"
    wanted = ", ".join(f"${n}" for n in sorted(used)) or "no parameters"
    return [("sql", f"expected one parameter for each of the {given} {where}, found {wanted}")]


def _target_problems(file: QueryFile) -> list[tuple[str, str]]:
    if file.kind == "fetch":
        if file.target is None:
            return []
        return [("target", 'expected only with kind = "batch" or "copy"')]
    if file.target is None:
        return [("target", f'expected a table [target], since kind = "{file.kind}"')]
    problems = []
    if len(file.target.row) != len(file.columns):
        problems.append(
            (
                "target.row",
                f"expected {len(file.columns)} values, one per column, got {len(file.target.row)}",
            )
        )
    if file.args:
        problems.append(("args", 'expected only with kind = "fetch"'))
    if file.expect.rows not in (None, file.target.row_count):
        problems.append(("expect.rows", f"expected target.row_count ({file.target.row_count})"))
    return problems
