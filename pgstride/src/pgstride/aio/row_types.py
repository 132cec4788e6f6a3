"""Rows as objects of the caller's own types."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pgstride.core.rows import Record

T = TypeVar("T")


def make_rows(rows: Sequence[Record], row_type: Callable[..., T]) -> list[T]:
    """Call `row_type` for each row with its columns as keyword arguments.

    Raises TypeError, which names the columns, when it does not take them.
    """
    if not rows:
        return []
    names = tuple(rows[0].keys())
    try:
        if names == _positions(row_type):
            return [row_type(*row) for row in rows]
        return [row_type(**dict(row.items())) for row in rows]
    except TypeError as error:
        shown = getattr(row_type, "__name__", repr(row_type))
        raise TypeError(
            f"cannot make {shown} of a row with the columns {', '.join(names)}: {error}"
        ) from error


def _positions(row_type: Any) -> tuple[str, ...] | None:
    """The names of all arguments, where they may be given by position, which is faster."""
    if dataclasses.is_dataclass(row_type):
        fields = [field for field in dataclasses.fields(row_type) if field.init]
        if any(field.kw_only for field in fields):
            return None
        return tuple(field.name for field in fields)
    if isinstance(row_type, type) and issubclass(row_type, tuple):
        return getattr(row_type, "_fields", None)
    return None
