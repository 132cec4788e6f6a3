"""One run that measured a driver in two versions, as the two runs that are compared."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from pgbench_drivers.results.model import Driver, Run

Bases = Mapping[str, str]
"""Name of a base's row by the name of the driver that is held against it."""


def split(run: Run, bases: Bases) -> tuple[Run, Run]:
    """The base, its rows under the drivers' names, and the drivers themselves."""
    names = {base: driver for driver, base in bases.items()}
    base = msgspec.structs.replace(
        run,
        run_id=f"{run.run_id}, base",
        drivers=[
            msgspec.structs.replace(d, name=names[d.name]) for d in run.drivers if d.name in names
        ],
        cells=[
            msgspec.structs.replace(c, driver=names[c.driver])
            for c in run.cells
            if c.driver in names
        ],
    )
    new = msgspec.structs.replace(
        run,
        drivers=[d for d in run.drivers if d.name in bases],
        cells=[c for c in run.cells if c.driver in bases],
    )
    return base, new


def not_compared(base: Run) -> list[str]:
    """What the base's drivers do not support, in sentences."""
    return [
        f"{cell.driver} / {cell.query} / {cell.concurrency} is not compared: "
        f"the base does not support it: {cell.reason or 'no reason known'}"
        for cell in base.cells
        if cell.status == "unsupported"
    ]


def described(run: Run, bases: Bases) -> list[str]:
    """What was held against what, with the versions that ran."""
    rows = {driver.name: driver for driver in run.drivers}
    return [
        f"{driver} {_version(rows[driver])} is held against {base} {_version(rows[base])}, "
        f"in turns on this machine ({rows[base].notes.rpartition('; ')[2]})"
        for driver, base in bases.items()
    ]


def _version(driver: Driver) -> str:
    return driver.version or "(not run)"
