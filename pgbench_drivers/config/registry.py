"""The driver registry, `drivers/drivers.toml`; docs/add-a-driver.md explains the keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from pgbench_drivers.config import toml
from pgbench_drivers.config.options import select
from pgbench_drivers.errors import UserError
from pgbench_drivers.results.model import Usage
from pgbench_drivers.toolchains.variant import Variant

Client = Literal["async", "threads", "limit", "synthetic"]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the parts of the registry."""


class LanguageEntry(_File, frozen=True):
    """A language whose runner the toolbench knows how to prepare.

    Its drivers are warmed up `warmup` times as long as a run says, for code that
    is compiled while it runs.
    """

    title: str
    warmup: Annotated[float, Meta(ge=1)] = 1.0


class DriverEntry(_File, frozen=True):
    """One row of the comparison.

    `adapter` is the name by which the language's runner knows the driver,
    `options` are handed to it, and `environment` names the set of packages it
    runs with (Python only). `usage` is what the row promises of how the driver
    is used; one that is not `default` runs only when it is named.
    """

    title: str
    language: str
    adapter: str
    client: Client
    notes: str
    homepage: str = ""
    environment: str = "default"
    usage: Usage = "idiomatic"
    default: bool = True
    options: dict[str, Any] = msgspec.field(default_factory=dict)


class RegistryFile(_File, frozen=True):
    """The keys of the registry file."""

    languages: dict[str, LanguageEntry]
    drivers: dict[str, DriverEntry]


@dataclass(frozen=True)
class DriverSpec:
    """A driver by its name in the registry.

    `twin_of` is the name of the driver it repeats; with a `variant` its
    environment has that in place of what the lock file or this checkout has.
    """

    name: str
    language_title: str
    entry: DriverEntry
    twin_of: str | None = None
    variant: Variant | None = None
    warmup: float = 1.0

    @property
    def synthetic(self) -> bool:
        """Whether this row is no driver: it measures the runner, or what the machine can carry."""
        return self.entry.client in ("limit", "synthetic")


def select_drivers(registry: Sequence[DriverSpec], patterns: Sequence[str]) -> list[DriverSpec]:
    """The drivers that a glob pattern names; raises UserError.

    A plain "*", or no pattern, stands for all but those that run only when they are named.
    """
    by_name = {driver.name: driver for driver in registry}
    extra = {driver.name for driver in registry if not driver.entry.default}
    return [by_name[name] for name in select(by_name, patterns or ["*"], "driver", extra)]


def twin(driver: DriverSpec) -> DriverSpec:
    """The same driver as a second row, to see what differs when nothing does (A/A)."""
    title = f"{driver.entry.title} (A/A)"
    return replace(
        driver,
        name=f"{driver.name}@aa",
        entry=msgspec.structs.replace(driver.entry, title=title),
        twin_of=driver.name,
    )


def varied(driver: DriverSpec, variant: Variant) -> DriverSpec:
    """The driver in another version, as a row of its own."""
    entry = msgspec.structs.replace(
        driver.entry,
        title=f"{driver.entry.title} ({variant.label})",
        notes=f"{driver.entry.notes}; here with {variant}",
    )
    return replace(driver, name=f"{driver.name}@{variant.label}", entry=entry, variant=variant)


def load_registry(path: Path) -> list[DriverSpec]:
    """All drivers in the order of the file; raises UserError."""
    file = toml.load(path, RegistryFile)
    for name, entry in file.drivers.items():
        if entry.language not in file.languages:
            known = ", ".join(file.languages)
            raise UserError(
                f"{path}: key drivers.{name}.language: expected one of {known}, "
                f"got {entry.language!r}"
            )
    return [
        DriverSpec(name, language.title, entry, warmup=language.warmup)
        for name, entry in file.drivers.items()
        for language in [file.languages[entry.language]]
    ]
