"""The base of everything in the result document."""

from __future__ import annotations

import msgspec


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of everything in the document: immutable, and strict about unknown keys.

    What was added after the first release has a default and is left out where
    it has that, so that documents without it can be read by either version.
    """
