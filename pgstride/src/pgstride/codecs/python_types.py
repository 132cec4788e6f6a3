"""Functions that exchange enumerations and composite types as classes of Python's."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable
from typing import Any

Functions = tuple[Callable[[Any], Any], Callable[[Any], Any]]


def enum_functions(python_type: type[enum.Enum]) -> Functions:
    """Encoder and decoder, over text: the labels are the members' values, or else their names.

    Raises TypeError for an enumeration whose values are neither all str nor all something else.
    """
    members = list(python_type)
    labels: dict[enum.Enum, str]
    by_value = [isinstance(member.value, str) for member in members]
    if all(by_value):
        labels = {member: str(member.value) for member in members}
    elif not any(by_value):
        labels = {member: member.name for member in members}
    else:
        raise TypeError(f"the values of {python_type.__name__} are str and others")
    by_label: dict[str, enum.Enum] = {label: member for member, label in labels.items()}

    def encode(member: Any) -> str:
        try:
            return labels[python_type(member)]
        except ValueError:
            raise ValueError(f"{member!r} is no {python_type.__name__}") from None

    def decode(label: str) -> enum.Enum:
        try:
            return by_label[label]
        except KeyError:
            raise ValueError(f"{python_type.__name__} has no member for {label!r}") from None

    return encode, decode


def composite_functions(python_type: type) -> Functions:
    """Encoder and decoder, over tuples of the attributes, of a dataclass or a NamedTuple."""
    if issubclass(python_type, tuple) and hasattr(python_type, "_fields"):
        return _as_it_is, lambda attributes: python_type(**dict(attributes.items()))
    if dataclasses.is_dataclass(python_type):
        names = [field.name for field in dataclasses.fields(python_type) if field.init]

        def encode(value: Any) -> dict[str, Any]:
            if not isinstance(value, python_type):
                raise TypeError(f"expected {python_type.__name__}, got {type(value).__name__}")
            return {name: getattr(value, name) for name in names}

        return encode, lambda attributes: python_type(**dict(attributes.items()))
    raise TypeError(f"{python_type!r} is neither an Enum, nor a dataclass, nor a NamedTuple")


def _as_it_is(value: Any) -> Any:
    return value._asdict() if hasattr(value, "_asdict") else value
