"""Writes the exception class of every SQLSTATE from the table in `sqlstates.txt`.

Real classes, rather than ones made at import, so that type checkers, editors
and documentation tools see them.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("sqlstates.txt")
MODULE = Path(__file__).parents[1] / "src" / "pgstride" / "exceptions" / "sqlstate.py"

HEADER = '''"""One class per SQLSTATE. Written by tools/generate_errors.py from its table."""

from __future__ import annotations

from pgstride.exceptions._base import PostgresError, PostgresLogMessage

__all__ = (
{names}
)
'''

CLASS = '''

class {name}({bases}):
    """``{condition}``, SQLSTATE {code}."""

    sqlstate = "{code}"
'''


class Condition(NamedTuple):
    """One line of the table."""

    code: str
    name: str
    condition: str


def read_table(text: str) -> list[Condition]:
    """The table's conditions, in its order, each after the one it derives from."""
    lines = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return [Condition(*line) for line in lines]


def bases_of(condition: Condition, generic: dict[str, str]) -> str:
    """The base classes, as they stand in the class statement."""
    if condition.code == "01000":
        return "PostgresLogMessage, Warning"
    parent = generic.get(condition.code[:2])
    if parent is not None and parent != condition.name:
        return parent
    # By the SQL standard, "no data" is a class of warnings too.
    return "PostgresWarning" if condition.code.startswith("02") else "PostgresError"


def render(table: list[Condition]) -> str:
    """The module's text."""
    generic = {each.code[:2]: each.name for each in table if each.code.endswith("000")}
    names = "\n".join(f'    "{name}",' for name in sorted(each.name for each in table))
    classes = (
        CLASS.format(
            name=each.name,
            bases=bases_of(each, generic),
            condition=each.condition,
            code=each.code,
        )
        for each in table
    )
    return HEADER.format(names=names) + "".join(classes)


if __name__ == "__main__":
    MODULE.write_text(render(read_table(TABLE.read_text())))
