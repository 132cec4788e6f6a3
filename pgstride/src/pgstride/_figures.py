"""Values of the geometric types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from typing_extensions import Self


class _Figure:
    """The representation that figures made of others have."""

    __slots__ = ()

    def __repr__(self) -> str:
        kind = type(self)
        return f"{kind.__module__}.{kind.__name__}({tuple.__repr__(self)})"


class Point(_Figure, tuple[float, float]):
    """A point of the plane."""

    __slots__ = ()
    __module__ = "pgstride.types"

    def __new__(cls, x: Any, y: Any) -> Self:
        return tuple.__new__(cls, (float(x), float(y)))

    @property
    def x(self) -> float:
        """The first coordinate."""
        return self[0]

    @property
    def y(self) -> float:
        """The second coordinate."""
        return self[1]


class Box(_Figure, tuple[Point, Point]):
    """A rectangle with sides parallel to the axes."""

    __slots__ = ()
    __module__ = "pgstride.types"

    def __new__(cls, high: Sequence[float], low: Sequence[float]) -> Self:
        return tuple.__new__(cls, (Point(*high), Point(*low)))

    @property
    def high(self) -> Point:
        """The upper right corner."""
        return self[0]

    @property
    def low(self) -> Point:
        """The lower left corner."""
        return self[1]


class Line(tuple[float, float, float]):
    """An infinite line: the points where Ax + By + C = 0."""

    __slots__ = ()
    __module__ = "pgstride.types"

    def __new__(cls, A: float, B: float, C: float) -> Self:  # noqa: N803
        return tuple.__new__(cls, (A, B, C))

    @property
    def A(self) -> float:  # noqa: N802
        """The factor of x."""
        return self[0]

    @property
    def B(self) -> float:  # noqa: N802
        """The factor of y."""
        return self[1]

    @property
    def C(self) -> float:  # noqa: N802
        """The constant term."""
        return self[2]


class LineSegment(_Figure, tuple[Point, Point]):
    """The part of a line between two points."""

    __slots__ = ()
    __module__ = "pgstride.types"

    def __new__(cls, p1: Sequence[float], p2: Sequence[float]) -> Self:
        return tuple.__new__(cls, (Point(*p1), Point(*p2)))

    @property
    def p1(self) -> Point:
        """One end."""
        return self[0]

    @property
    def p2(self) -> Point:
        """The other end."""
        return self[1]


class Path:
    """A sequence of points that are connected; the last one with the first, if `is_closed`."""

    __slots__ = ("_is_closed", "points")
    __module__ = "pgstride.types"

    points: tuple[Point, ...]

    def __init__(self, *points: Sequence[float], is_closed: bool = False) -> None:
        self.points = tuple(Point(*point) for point in points)
        self._is_closed = is_closed

    @property
    def is_closed(self) -> bool:
        """Whether the last point is connected with the first."""
        return self._is_closed

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Path):
            return NotImplemented
        return self.points == other.points and self._is_closed == other._is_closed

    def __hash__(self) -> int:
        return hash((self.points, self.is_closed))

    def __iter__(self) -> Iterator[Point]:
        return iter(self.points)

    def __len__(self) -> int:
        return len(self.points)

    @overload
    def __getitem__(self, i: int) -> Point: ...

    @overload
    def __getitem__(self, i: slice) -> tuple[Point, ...]: ...

    def __getitem__(self, i: int | slice) -> Point | tuple[Point, ...]:
        return self.points[i]

    def __contains__(self, point: object) -> bool:
        return point in self.points


class Polygon(Path):
    """A closed path."""

    __slots__ = ()
    __module__ = "pgstride.types"

    def __init__(self, *points: Sequence[float]) -> None:
        super().__init__(*points, is_closed=True)


class Circle(tuple[Point, float]):
    """A circle."""

    __slots__ = ()
    __module__ = "pgstride.types"

    def __new__(cls, center: Point, radius: float) -> Self:
        return tuple.__new__(cls, (center, radius))

    @property
    def center(self) -> Point:
        """The point in the middle."""
        return self[0]

    @property
    def radius(self) -> float:
        """The distance from the middle."""
        return self[1]
