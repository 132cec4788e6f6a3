"""Standing in for asyncpg in programs and libraries that import it by name."""

from __future__ import annotations

import importlib
import sys

# asyncpg's modules that are imported by name.
MODULES = (
    "connection",
    "cursor",
    "exceptions",
    "pool",
    "prepared_stmt",
    "protocol",
    "transaction",
    "types",
)


def install_as_asyncpg() -> None:
    """Have every later `import asyncpg`, and of its modules, find pgstride.

    For libraries that import asyncpg themselves; call it before they are
    imported. Raises RuntimeError when asyncpg has been imported already.
    """
    ours = importlib.import_module("pgstride")
    present = sys.modules.get("asyncpg")
    if present is not None and present is not ours:
        raise RuntimeError("asyncpg is imported already: call install_as_asyncpg() before")
    sys.modules["asyncpg"] = ours
    for name in MODULES:
        sys.modules[f"asyncpg.{name}"] = importlib.import_module(f"pgstride.{name}")
