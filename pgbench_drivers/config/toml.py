"""Typed TOML files whose errors name the file, the key and what was expected."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

import msgspec

from pgbench_drivers.errors import UserError

T = TypeVar("T")

_AT_PATH = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<key>.*)`)?$", re.DOTALL)


def load(path: Path, kind: type[T]) -> T:
    """Read `path` as a `kind`; raises UserError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return msgspec.toml.decode(content, type=kind)
    except msgspec.ValidationError as error:
        found = _AT_PATH.match(str(error))
        what, key = (found["what"], found["key"]) if found else (str(error), None)
        raise UserError(f"{path}: key {key}: {what}" if key else f"{path}: {what}") from error
    except msgspec.DecodeError as error:
        raise UserError(f"{path}: not valid TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8: {error}") from error
