"""Values of the types bit and varbit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterable

    from typing_extensions import Self

BitOrder = Literal["big", "little"]


class BitString:
    """A value of the types bit and varbit: a sequence of bits, the first one the highest.

    Made of text of zeros and ones, in which spaces do not count.
    """

    __slots__ = ("_bitlength", "_bytes")
    __module__ = "pgstride.types"

    _bytes: builtins.bytes
    _bitlength: int

    def __init__(self, bitstring: str | builtins.bytes | None = None) -> None:
        value = length = 0
        characters: Iterable[Any] = bitstring or ""
        for position, character in enumerate(characters):
            if character == " ":
                continue
            bit = int(character)
            if bit not in (0, 1):
                msg = f"invalid bit value at position {position}"
                raise ValueError(msg)
            value = value << 1 | bit
            length += 1
        self._bytes = _left_aligned(value, length)
        self._bitlength = length

    @classmethod
    def frombytes(cls, bytes_: builtins.bytes | None = None, bitlength: int | None = None) -> Self:
        """The first `bitlength` bits of the bytes (all, unless it is given).

        Raises ValueError where that is not a length whose last bit is in the last byte.
        """
        if bytes_ is None:
            bytes_ = b"" if bitlength is None else bytes(bitlength // 8 + 1)
        elif bitlength is not None:
            available = len(bytes_) * 8
            if not available - 8 <= bitlength <= available or (available == 0) != (bitlength == 0):
                msg = "invalid bit length specified"
                raise ValueError(msg)
        result = cls()
        result._bytes = bytes_
        result._bitlength = len(bytes_) * 8 if bitlength is None else bitlength
        return result

    @classmethod
    def from_int(
        cls, x: int, length: int, bitorder: BitOrder = "big", *, signed: bool = False
    ) -> Self:
        """An integer as `length` bits, like `int.to_bytes`.

        With `bitorder` 'big', as PostgreSQL casts integers, the highest bit comes
        first. A negative integer is written in two's complement, if `signed`.
        Raises OverflowError for an integer that needs more bits.
        """
        if length < 0:
            msg = "length argument must be non-negative"
            raise ValueError(msg)
        if length < x.bit_length():
            msg = "int too big to convert"
            raise OverflowError(msg)
        if x < 0 and not signed:
            msg = "can't convert negative int to unsigned"
            raise OverflowError(msg)
        value = _in_order(x & ((1 << length) - 1), length, bitorder)
        return cls.frombytes(_left_aligned(value, length), length)

    @property
    def bytes(self) -> builtins.bytes:
        """The bits in bytes, the last one filled with zeros."""
        return self._bytes

    def as_string(self) -> str:
        """The bits as text, in groups of four."""
        digits = "".join(str(self[position]) for position in range(len(self)))
        return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))

    def to_int(self, bitorder: BitOrder = "big", *, signed: bool = False) -> int:
        """The bits as an integer, like `int.from_bytes`.

        With `bitorder` 'big', as PostgreSQL casts bits, the highest bit comes
        first. `signed` says whether they are in two's complement.
        """
        length = self._bitlength
        value = int.from_bytes(self._bytes, "big") >> -length % 8
        value = _in_order(value, length, bitorder)
        if signed and length and value >> (length - 1) & 1:
            value -= 1 << length
        return value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BitString):
            return NotImplemented
        return self._bytes == other._bytes and self._bitlength == other._bitlength

    def __hash__(self) -> int:
        return hash((self._bytes, self._bitlength))

    def __getitem__(self, i: int) -> int:
        if isinstance(i, slice):
            msg = "BitString does not support slices"
            raise NotImplementedError(msg)
        if i >= self._bitlength:
            msg = "index out of range"
            raise IndexError(msg)
        return self._bytes[i // 8] >> (7 - i % 8) & 1

    def __len__(self) -> int:
        return self._bitlength

    def __repr__(self) -> str:
        return f"<BitString {self.as_string()}>"

    __str__ = __repr__


def _left_aligned(value: int, length: int) -> bytes:
    return (value << -length % 8).to_bytes((length + 7) // 8, "big")


def _in_order(value: int, length: int, bitorder: str) -> int:
    if bitorder == "big":
        return value
    if bitorder == "little":
        return int(f"{value:0{length}b}"[::-1], 2) if length else 0
    msg = "bitorder must be either 'big' or 'little'"
    raise ValueError(msg)
