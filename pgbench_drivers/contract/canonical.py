"""The canonical form of a decoded answer, and its checksum.

Defined in docs/runner-contract.md. Standard library only: the Python runner
uses this module too, with whatever Python it runs on.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

INTEGERS = frozenset({"int2", "int4", "int8", "oid"})
TEXTS = frozenset({"text", "varchar", "name", "char"})

EPOCH = datetime(1970, 1, 1)
EPOCH_UTC = EPOCH.replace(tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)

Encoder = Callable[[Any], bytes]


class WrongAnswerError(Exception):
    """An answer that is not what the query file promises; the message says where."""


class UnknownTypeError(Exception):
    """A column type that has no canonical form."""


class _TypeMismatch(Exception):
    pass


def _boolean(value: Any) -> bytes:
    if not isinstance(value, bool):
        raise _TypeMismatch
    return b"b:t;" if value else b"b:f;"


def _integer(value: Any) -> bytes:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _TypeMismatch
    return b"i:%d;" % value


def _float(value: Any) -> bytes:
    if not isinstance(value, float):
        raise _TypeMismatch
    return b"f:" + struct.pack(">d", value).hex().encode() + b";"


def _single_float(value: Any) -> bytes:
    # Drivers that read a float4 from text give the nearest double.
    if not isinstance(value, float):
        raise _TypeMismatch
    return _float(struct.unpack(">f", struct.pack(">f", value))[0])


def _text(value: Any) -> bytes:
    if not isinstance(value, str):
        raise _TypeMismatch
    encoded = value.encode()
    return b"s%d:" % len(encoded) + encoded + b";"


def _char(value: Any) -> bytes:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return _text(value)


def _bytes(value: Any) -> bytes:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise _TypeMismatch
    content = bytes(value)
    return b"x%d:" % len(content) + content + b";"


def _timestamp(value: Any) -> bytes:
    if not isinstance(value, datetime):
        raise _TypeMismatch
    since = value - (EPOCH if value.tzinfo is None else EPOCH_UTC)
    return b"t:%d;" % (since // MICROSECOND)


def _date(value: Any) -> bytes:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _TypeMismatch
    return b"d:%d;" % (value - EPOCH.date()).days


def _numeric(value: Any) -> bytes:
    if not isinstance(value, Decimal):
        raise _TypeMismatch
    digits = format(value, "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return b"m:" + ("0" if digits == "-0" else digits).encode() + b";"


def _uuid(value: Any) -> bytes:
    if not isinstance(value, (UUID, str)):
        raise _TypeMismatch
    return b"u:" + str(value).replace("-", "").lower().encode() + b";"


def _array(element: Encoder) -> Encoder:
    def encode(value: Any) -> bytes:
        if not isinstance(value, (list, tuple)):
            raise _TypeMismatch
        return b"a%d:" % len(value) + b"".join(map(element, value)) + b";"

    return _nullable(encode)


def _nullable(encoder: Encoder) -> Encoder:
    return lambda value: b"N;" if value is None else encoder(value)


_SCALARS: dict[str, Encoder] = {
    "bool": _boolean,
    "bytea": _bytes,
    "timestamp": _timestamp,
    "timestamptz": _timestamp,
    "date": _date,
    "numeric": _numeric,
    "uuid": _uuid,
    **dict.fromkeys(INTEGERS, _integer),
    "float4": _single_float,
    "float8": _float,
    **dict.fromkeys(TEXTS, _text),
    "char": _char,
}


def known_types() -> frozenset[str]:
    """The scalar types that have a canonical form; arrays of them have one too."""
    return frozenset(_SCALARS)


def is_known_type(name: str) -> bool:
    """Whether a column of this type can be canonicalised."""
    return name.removesuffix("[]") in _SCALARS


def encoder_for(name: str) -> Encoder:
    """The encoder of a declared type; raises UnknownTypeError."""
    element = name.removesuffix("[]")
    if element not in _SCALARS:
        raise UnknownTypeError(f"type {name} has no canonical form")
    scalar = _nullable(_SCALARS[element])
    return _array(scalar) if name != element else scalar


def checksum(rows: Iterable[Sequence[Any]], columns: Sequence[tuple[str, str]]) -> str:
    """SHA-256 of the canonical form of `rows`, as 64 hex digits.

    `columns` are (name, declared type) in order. Raises WrongAnswerError when
    a row has another number of columns or a value of the wrong native type,
    and UnknownTypeError.
    """
    encoders = [encoder_for(declared) for _, declared in columns]
    digest = hashlib.sha256()
    head = b"R%d:" % len(columns)
    for row in rows:
        if len(row) != len(columns):
            raise WrongAnswerError(f"expected {len(columns)} columns, got {len(row)}")
        digest.update(head)
        for index, (encode, value) in enumerate(zip(encoders, row, strict=True)):
            try:
                digest.update(encode(value))
            except _TypeMismatch:
                name, declared = columns[index]
                raise WrongAnswerError(
                    f"column {index + 1} ({name}): expected {declared}, got {type(value).__name__}"
                ) from None
    return digest.hexdigest()
