"""Codecs of a user's own for single types, and what is known of types."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any, Literal

from pgstride.aio.base import ConnectionBase
from pgstride.codecs.builtin_types import OID_BY_NAME
from pgstride.codecs.introspection import INTROSPECTION_QUERY, TYPE_BY_NAME_QUERY
from pgstride.codecs.python_types import composite_functions, enum_functions
from pgstride.exceptions import InterfaceError, UnsupportedClientFeatureError


class TypeCodecs(ConnectionBase):
    """A connection's codecs."""

    async def set_type_codec(
        self,
        typename: str,
        *,
        schema: str = "public",
        encoder: Callable[[Any], Any],
        decoder: Callable[[Any], Any],
        format: Literal["text", "binary", "tuple"] = "text",  # noqa: A002 asyncpg's name
    ) -> None:
        """Exchange the values of a type by functions of your own.

        `decoder` is called with a value as the server sent it, and returns what
        the application gets; `encoder` is called with an argument, and returns
        what the server gets. Which form these have is what `format` says:

        - 'text': a str, in the type's text representation.
        - 'binary': bytes, in the type's binary representation.
        - 'tuple': numbers or attributes. `date`: (days since 2000-01-01,);
          `time`: (microseconds,); `timetz`: (microseconds, seconds west of UTC);
          `timestamp` and `timestamptz`: (microseconds since 2000-01-01,);
          `interval`: (months, days, microseconds); any composite type: its
          attributes. Infinite dates and times are the least and the greatest
          numbers of 4 or 8 bytes.

        It holds for this connection, for statements that begin later, and for
        arrays, ranges and composites of the type too; in the text format, ranges
        and composites of the type cannot be exchanged any more.

        Raises ValueError for a type that does not exist, and InterfaceError
        (UnsupportedClientFeatureError) for one that cannot have such a codec.
        """
        if format not in ("text", "binary", "tuple"):
            raise InterfaceError(
                f"invalid `format` argument, expected 'text', 'binary' or 'tuple', got {format!r}"
            )
        self._check_open()
        oid, kind, element = await self._type_by_name(typename, schema)
        if kind == b"c":
            await self._learn_composite(oid, format)
        elif kind == b"d":
            raise UnsupportedClientFeatureError(
                "custom codecs on domain types are not supported",
                hint="Set the codec on the base type.",
                detail="Results do not tell a domain from its base type.",
            )
        elif not _is_scalar(kind, element):
            raise InterfaceError(
                f"cannot use custom codec on type {schema}.{typename}: "
                "it is neither a scalar type nor a composite type"
            )
        self._registry.set_custom(oid, schema, typename, encoder, decoder, format)
        self._session.forget_all()

    async def _learn_composite(self, oid: int, exchange: str) -> None:
        if exchange != "tuple":
            raise UnsupportedClientFeatureError(
                "only tuple-format codecs can be used on composite types",
                hint="Pass format='tuple', and take and return tuples of the attributes.",
            )
        self._registry.reset(oid)
        self._registry.learn(await self._fetch_own(INTROSPECTION_QUERY, [oid]))

    async def set_builtin_type_codec(
        self,
        typename: str,
        *,
        schema: str = "public",
        codec_name: str | int,
        format: Literal["text", "binary"] | None = None,  # noqa: A002 asyncpg's name
    ) -> None:
        """Exchange the values of a scalar type as those of a built-in type.

        `codec_name` is the name or the OID of a built-in type that has the same
        representation, or 'pg_contrib.hstore' for the type of that extension,
        whose values are then dicts. `format` is the only format to use, which the
        built-in type's codec must have.

        Raises ValueError for a type that does not exist, and InterfaceError
        where it cannot be exchanged like this.
        """
        if format not in (None, "text", "binary"):
            raise InterfaceError(
                f"invalid `format` argument, expected 'text' or 'binary', got {format!r}"
            )
        self._check_open()
        oid, kind, element = await self._type_by_name(typename, schema)
        if not _is_scalar(kind, element):
            raise InterfaceError(f"cannot alias non-scalar type {schema}.{typename}")
        self._registry.set_alias(oid, schema, typename, codec_name, format)
        self._session.forget_all()

    async def register_type(
        self, python_type: type, typename: str, *, schema: str = "public"
    ) -> None:
        """Exchange the values of an enumeration or a composite type as a class of Python's.

        An `enum.Enum` serves an enumeration, whose labels are the members' values
        where these are str, and else their names. A dataclass or a NamedTuple
        serves a composite type with attributes of its fields' names. Arrays and
        composites of the type have them too.

        Raises TypeError for another class, and what `set_type_codec()` does.
        """
        if isinstance(python_type, type) and issubclass(python_type, enum.Enum):
            encoder, decoder = enum_functions(python_type)
            await self.set_type_codec(typename, schema=schema, encoder=encoder, decoder=decoder)
            return
        encoder, decoder = composite_functions(python_type)
        await self.set_type_codec(
            typename, schema=schema, encoder=encoder, decoder=decoder, format="tuple"
        )

    async def reset_type_codec(self, typename: str, *, schema: str = "public") -> None:
        """Exchange the values of a type again as if no codec had been set for it.

        Raises ValueError for a type that does not exist.
        """
        self._check_open()
        oid, _, _ = await self._type_by_name(typename, schema)
        self._registry.reset(oid)
        self._session.forget_all()

    async def reload_schema_state(self) -> None:
        """Forget what is known of types and statements, as the schema has changed.

        The other connections of the pool forget it too. It happens by itself when a
        value cannot be decoded any more, which raises OutdatedSchemaCacheError, and
        when the server refuses a statement whose result has changed.
        """
        self._check_open()
        self._forget_schema()

    async def _type_by_name(self, name: str, schema: str) -> tuple[int, bytes, int]:
        """OID, kind (pg_type.typtype) and OID of the elements, 0 where there are none."""
        if schema == "pg_catalog" and not name.endswith("[]"):
            oid = OID_BY_NAME.get(name.lower())
            if oid is not None:
                return oid, b"b", 0
        rows = await self._fetch_own(TYPE_BY_NAME_QUERY, name, schema)
        if not rows:
            raise ValueError(f"unknown type: {schema}.{name}")
        return rows[0]["oid"], rows[0]["kind"], rows[0]["element"]


def _is_scalar(kind: bytes, element: int) -> bool:
    """Whether it is a base type, a domain or an enumeration, and no array."""
    return kind in (b"b", b"d", b"e") and not element
