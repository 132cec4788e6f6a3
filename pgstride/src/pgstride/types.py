"""What values of PostgreSQL's own types are in Python, where Python has nothing of the kind.

Instances are immutable. The names, constructors and attributes are asyncpg's.
"""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar

from pgstride._bitstring import BitString
from pgstride._figures import Box, Circle, Line, LineSegment, Path, Point, Polygon

__all__ = (
    "Attribute",
    "BitString",
    "Box",
    "Circle",
    "Line",
    "LineSegment",
    "Path",
    "Point",
    "Polygon",
    "Range",
    "ServerVersion",
    "Type",
)

T = TypeVar("T")


class Type(NamedTuple):
    """A data type of the database."""

    oid: int
    name: str
    kind: str  # 'scalar', 'array', 'composite', 'range' or 'multirange'
    schema: str


class Attribute(NamedTuple):
    """A column of a result, or an attribute of a composite type."""

    name: str
    type: Type


class ServerVersion(NamedTuple):
    """The version of a server."""

    major: int
    minor: int
    micro: int
    releaselevel: str
    serial: int


class Range(Generic[T]):
    """A value of a range type: all values between two bounds, or none.

    A bound of None is infinite, and never included.
    """

    __slots__ = ("_empty", "_lower", "_lower_inc", "_upper", "_upper_inc")

    _lower: T | None
    _upper: T | None

    def __init__(
        self,
        lower: T | None = None,
        upper: T | None = None,
        *,
        lower_inc: bool = True,
        upper_inc: bool = False,
        empty: bool = False,
    ) -> None:
        self._empty = empty
        self._lower = None if empty else lower
        self._upper = None if empty else upper
        self._lower_inc = self._lower is not None and lower_inc
        self._upper_inc = self._upper is not None and upper_inc

    @property
    def lower(self) -> T | None:
        """The lower bound."""
        return self._lower

    @property
    def lower_inc(self) -> bool:
        """Whether the lower bound belongs to the range."""
        return self._lower_inc

    @property
    def lower_inf(self) -> bool:
        """Whether the range has no lower bound."""
        return self._lower is None and not self._empty

    @property
    def upper(self) -> T | None:
        """The upper bound."""
        return self._upper

    @property
    def upper_inc(self) -> bool:
        """Whether the upper bound belongs to the range."""
        return self._upper_inc

    @property
    def upper_inf(self) -> bool:
        """Whether the range has no upper bound."""
        return self._upper is None and not self._empty

    @property
    def isempty(self) -> bool:
        """Whether no value is in the range."""
        return self._empty

    def issubset(self, other: Range[T]) -> bool:
        """Whether all of this range is within the other."""
        if self._empty or other._empty:
            return self._empty
        return self._begins_within(other) and self._ends_within(other)

    def issuperset(self, other: Range[T]) -> bool:
        """Whether all of the other range is within this one."""
        return other.issubset(self)

    def _begins_within(self, other: Range[T]) -> bool:
        mine: Any = self._lower
        others: Any = other._lower
        if others is None or mine is None:
            return others is None
        return bool(mine > others) or (
            bool(mine == others) and (other._lower_inc or not self._lower_inc)
        )

    def _ends_within(self, other: Range[T]) -> bool:
        mine: Any = self._upper
        others: Any = other._upper
        if others is None or mine is None:
            return others is None
        return bool(mine < others) or (
            bool(mine == others) and (other._upper_inc or not self._upper_inc)
        )

    def _key(self) -> tuple[Any, ...]:
        return (self._lower, self._upper, self._lower_inc, self._upper_inc, self._empty)

    def __bool__(self) -> bool:
        return not self._empty

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Range):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        if self._empty:
            return "<Range empty>"
        lower = "" if self._lower is None else repr(self._lower)
        upper = "" if self._upper is None else repr(self._upper)
        begin = "[" if self._lower_inc else "("
        end = "]" if self._upper_inc else ")"
        return f"<Range {begin}{lower}, {upper}{end}>"

    __str__ = __repr__
