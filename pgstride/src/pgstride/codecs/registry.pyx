"""The codecs of the types that one connection knows.

Built-in types have the same OIDs in every database, so their codecs are made
once and shared. Those of other types belong to the connection, and are made of
what its server says about them (`introspection`). Before both come the codecs that
the user has set for a connection, and what is made over those: arrays, ranges,
composites.
"""

from libc.stdint cimport uint32_t

from pgstride.codecs.composites cimport FIRST_GENERATED_OID
from pgstride.core.buffer cimport WriteBuffer
from pgstride.core.codec cimport Codec

from pgstride.codecs.arrays import ArrayCodec
from pgstride.codecs.bits import BitsCodec
from pgstride.codecs.booleans import BoolCodec
from pgstride.codecs.builtin_types import (
    MULTIRANGES,
    OID_BY_NAME,
    RANGES,
    RECORD,
    SCALARS,
    VECTORS,
)
from pgstride.codecs.bytea import ByteaCodec, CharCodec
from pgstride.codecs.composites import AnonymousRecordCodec, CompositeCodec
from pgstride.codecs.custom import CustomCodec
from pgstride.codecs.datetimes import (
    DateCodec,
    TimeCodec,
    TimestampCodec,
    TimestamptzCodec,
    TimetzCodec,
)
from pgstride.codecs.floats import Float4Codec, Float8Codec
from pgstride.codecs.geometric import (
    BoxCodec,
    CircleCodec,
    LineCodec,
    LineSegmentCodec,
    PathCodec,
    PointCodec,
    PolygonCodec,
)
from pgstride.codecs.hstore import HstoreCodec
from pgstride.codecs.integers import Int2Codec, Int4Codec, Int8Codec, OidCodec, Xid8Codec
from pgstride.codecs.intervals import IntervalCodec
from pgstride.codecs.misc import SnapshotCodec, TidCodec, VoidCodec
from pgstride.codecs.networks import CidrCodec, InetCodec
from pgstride.codecs.numerics import NumericCodec
from pgstride.codecs.ranges import MultirangeCodec, RangeCodec
from pgstride.codecs.text_arrays import TextArrayCodec
from pgstride.codecs.texts import TextCodec, VersionedTextCodec
from pgstride.codecs.tuples import TupleCodec
from pgstride.codecs.uuids import UuidCodec
from pgstride.exceptions import InterfaceError, UnsupportedClientFeatureError

cdef dict FAMILIES = {
    "as text": lambda: TextCodec(0),
    "bits": BitsCodec,
    "bool": BoolCodec,
    "box": BoxCodec,
    "bytea": ByteaCodec,
    "char": CharCodec,
    "cidr": CidrCodec,
    "circle": CircleCodec,
    "date": DateCodec,
    "float4": Float4Codec,
    "float8": Float8Codec,
    "inet": InetCodec,
    "int2": Int2Codec,
    "int4": Int4Codec,
    "int8": Int8Codec,
    "interval": IntervalCodec,
    "line": LineCodec,
    "lseg": LineSegmentCodec,
    "numeric": NumericCodec,
    "oid": OidCodec,
    "path": PathCodec,
    "point": PointCodec,
    "polygon": PolygonCodec,
    "snapshot": SnapshotCodec,
    "text": TextCodec,
    "tid": TidCodec,
    "time": TimeCodec,
    "timestamp": TimestampCodec,
    "timestamptz": TimestamptzCodec,
    "timetz": TimetzCodec,
    "uuid": UuidCodec,
    "versioned text": VersionedTextCodec,
    "void": VoidCodec,
    "xid8": Xid8Codec,
}


cdef Codec define(Codec codec, uint32_t oid, str schema, str name, str kind):
    """Say which type the codec is of."""
    codec.oid = oid
    codec.schema = schema
    codec.name = name
    codec.kind = kind
    return codec


cdef Codec define_array(
    uint32_t oid, str schema, str name, Codec element, uint32_t element_oid, str delimiter
):
    """The codec of an array type whose name on the server is `name`."""
    codec = (
        ArrayCodec(element, element_oid)
        if element.format == 1
        else TextArrayCodec(element, delimiter)
    )
    return define(codec, oid, schema, f"{name.removeprefix('_')}[]", "array")


cdef Codec define_range(
    uint32_t oid, str schema, str name, str kind, Codec subtype
):
    if subtype.format != 1:
        refuse_text(schema, name, "range")
    codec = RangeCodec(subtype) if kind == "range" else MultirangeCodec(subtype)
    return define(codec, oid, schema, name, kind)


cdef Codec define_composite(
    uint32_t oid, str schema, str name, tuple names, tuple codecs, tuple oids
):
    for codec in codecs:
        if (<Codec>codec).format != 1:
            refuse_text(schema, name, "composite")
    return define(CompositeCodec(names, codecs, oids), oid, schema, name, "composite")


cdef int refuse_text(str schema, str name, str kind) except -1:
    raise UnsupportedClientFeatureError(
        f'cannot decode type "{schema}"."{name}": text encoding of {kind} types is not supported'
    )


cdef list derivations():
    """Of each built-in type over another: OID, name, kind, the other's OID, delimiter.

    Every type comes after the one that it is over.
    """
    cdef list found = []
    for oid, array_oid, name, _ in SCALARS:
        if array_oid:
            found.append((array_oid, name, "array", oid, ";" if name == "box" else ","))
    for oid, array_oid, name, element_oid in VECTORS:
        found.append((oid, name, "array", element_oid, ","))
        found.append((array_oid, name, "array", oid, ","))
    for kind, types in (("range", RANGES), ("multirange", MULTIRANGES)):
        for oid, array_oid, name, subtype_oid in types:
            found.append((oid, name, kind, subtype_oid, ","))
            found.append((array_oid, name, "array", oid, ","))
    return found


cdef list DERIVATIONS = derivations()
cdef dict FAMILY_OF = {oid: (name, family) for oid, _, name, family in SCALARS}


cdef Codec derive(tuple derivation, Codec other):
    oid, name, kind, other_oid, delimiter = derivation
    if kind == "array":
        return define_array(oid, "pg_catalog", name, other, other_oid, delimiter)
    return define_range(oid, "pg_catalog", name, kind, other)


cdef Codec built_in_scalar(uint32_t oid):
    """A new codec of a built-in type that is over no other."""
    name, family = FAMILY_OF[oid]
    return define(FAMILIES[family](), oid, "pg_catalog", name, "scalar")


cdef dict built_in_codecs():
    cdef dict codecs = {oid: built_in_scalar(oid) for oid in FAMILY_OF}
    for derivation in DERIVATIONS:
        codecs[derivation[0]] = derive(derivation, codecs[derivation[3]])
    return codecs


cdef dict BUILT_IN = built_in_codecs()


cdef Codec built_in_by_name(target):
    """A new codec of a built-in type, by name or OID, or of hstore; None: no such type."""
    if target == "pg_contrib.hstore":
        return HstoreCodec()
    oid = target if isinstance(target, int) else OID_BY_NAME.get(target)
    if oid in FAMILY_OF:
        return built_in_scalar(oid)
    for derivation in DERIVATIONS:
        if derivation[0] == oid:
            return derive(derivation, BUILT_IN[derivation[3]])
    return None


cdef object text_of(dumps):
    """`dumps`, for the encoder of a text format: some return bytes."""

    def encoder(value):
        text = dumps(value)
        return text if isinstance(text, str) else bytes(text).decode()

    return encoder


cdef class TypeRegistry:
    """Finds the codec of a type by its OID.

    `custom` has the codecs that the user has set, `defaults` those among them that
    came with the connection and come back when others are reset, `codecs` those of types that the
    server has told of, and of built-in types over custom ones. Where there can be no
    codec, because the one below is custom, `codecs` has the error that says so.
    """

    def __cinit__(self):
        self.defaults = {}
        self.custom = {}
        self.codecs = {}

    cdef Codec find(self, uint32_t oid):
        """None where the type is unknown."""
        found = self.custom.get(oid)
        if found is None:
            found = self.codecs.get(oid)
        if found is None:
            found = BUILT_IN.get(oid)
            if found is None and oid in RECORD:
                self._add_records()
                found = self.codecs[oid]
        if isinstance(found, Exception):
            raise found
        return <Codec>found

    def get(self, uint32_t oid):
        """The codec of a type, or None."""
        return self.find(oid)

    def codec(self, uint32_t oid):
        """The codec of a type; raises UnsupportedClientFeatureError where there is none."""
        found = self.find(oid)
        if found is None:
            raise UnsupportedClientFeatureError(f"no codec for the type with OID {oid}")
        return found

    def set_custom(self, uint32_t oid, str schema, str name, encoder, decoder, str exchange_format):
        """Exchange a type's values with Python functions, from the next statement on.

        `exchange_format` is "text", "binary" or "tuple"; a composite type must have been
        learned. Raises InterfaceError where the type has no such form.
        """
        cdef Codec exchange
        cdef str kind = "scalar"
        if exchange_format == "text":
            exchange = TextCodec(0)
        elif exchange_format == "binary":
            exchange = ByteaCodec()
        else:
            exchange = self._tuple_codec(oid, name)
            kind = exchange.kind
        self.custom[oid] = define(
            CustomCodec(exchange, encoder, decoder), oid, schema, name, kind
        )
        self.forget()

    def _tuple_codec(self, uint32_t oid, str name):
        found = self.codecs.get(oid)
        if isinstance(found, CompositeCodec):
            return found
        try:
            return define(TupleCodec(name), oid, "pg_catalog", name, "scalar")
        except KeyError:
            raise InterfaceError(
                f"{name} type does not support the 'tuple' exchange format"
            ) from None

    def set_alias(self, uint32_t oid, str schema, str name, target, exchange_format):
        """Exchange a type's values as those of a built-in type, or of "pg_contrib.hstore".

        `target` is its name or OID; `exchange_format` "text", "binary" or None. Raises
        InterfaceError where there is no such codec.
        """
        cdef Codec codec = built_in_by_name(target)
        if exchange_format == "text" and isinstance(codec, (TextCodec, VersionedTextCodec)):
            codec = TextCodec(0)
        if codec is None or (
            exchange_format is not None and codec.format != (exchange_format == "binary")
        ):
            raise InterfaceError(
                f"cannot alias {name} to {target}: "
                f"there is no {exchange_format or 'text or binary'} codec for {target}"
            )
        self.custom[oid] = define(codec, oid, schema, name, "scalar")
        self.forget()

    def decode_json(self, loads, dumps):
        """Exchange json and jsonb, unless another codec is set, by these functions.

        `loads` is called with a str; `dumps` may return a str or bytes.
        """
        encoder = text_of(dumps)
        for name, exchange in (("json", TextCodec()), ("jsonb", VersionedTextCodec())):
            oid = OID_BY_NAME[name]
            define(exchange, oid, "pg_catalog", name, "scalar")
            codec = define(
                CustomCodec(exchange, encoder, loads), oid, "pg_catalog", name, "scalar"
            )
            self.defaults[oid] = self.custom[oid] = codec
        self.forget()

    def reset(self, uint32_t oid):
        """Exchange a type's values as if nothing had been set for it."""
        self.custom.pop(oid, None)
        if oid in self.defaults:
            self.custom[oid] = self.defaults[oid]
        self.forget()

    def forget(self):
        """Forget what the server has told of types, which may have changed."""
        self.codecs.clear()
        if self.custom:
            for derivation in DERIVATIONS:
                oid, below = derivation[0], derivation[3]
                if oid not in self.custom and (below in self.custom or below in self.codecs):
                    self.codecs[oid] = self._derived(derivation)

    def _derived(self, tuple derivation):
        try:
            return derive(derivation, self.codec(derivation[3]))
        except UnsupportedClientFeatureError as error:
            return error

    def _add_records(self):
        """Anonymous records, which may hold any type that this connection knows."""
        oid, array_oid = RECORD
        record = define(AnonymousRecordCodec(self.get), oid, "pg_catalog", "record", "scalar")
        self.codecs[oid] = record
        self.codecs[array_oid] = define_array(array_oid, "pg_catalog", "record", record, oid, ",")

    def missing(self, oids):
        """Those of the OIDs whose types are unknown."""
        return [oid for oid in dict.fromkeys(oids) if self.find(oid) is None]

    def learn(self, rows):
        """Make codecs for types, of the rows that INTROSPECTION_QUERY gave."""
        for row in rows:
            oid = row["oid"]
            if oid not in self.codecs and oid not in BUILT_IN:
                self.codecs[oid] = self._codec_of(row)

    def _codec_of(self, row):
        oid, schema, name, kind = row["oid"], row["schema"], row["name"], row["kind"]
        if row["element"]:
            element = self.codec(row["element"])
            delimiter = row["delimiter"].decode()
            return define_array(oid, schema, name, element, row["element"], delimiter)
        if kind == b"c":
            oids = tuple(row["attribute_types"])
            codecs = tuple([self.codec(attribute) for attribute in oids])
            return define_composite(
                oid, schema, name, tuple(row["attribute_names"]), codecs, oids
            )
        if kind == b"d":
            return self.codec(row["base"])
        if kind == b"r" or kind == b"m":
            kind = "range" if kind == b"r" else "multirange"
            return define_range(oid, schema, name, kind, self.codec(row["subtype"]))
        if kind == b"e":
            return define(TextCodec(), oid, schema, name, "scalar")
        if kind != b"b" or oid < FIRST_GENERATED_OID:
            # As text now, its values would change when their binary form becomes known.
            raise UnsupportedClientFeatureError(
                f"unhandled standard data type {name!r} (OID {oid})"
            )
        return define(TextCodec(0), oid, schema, name, "scalar")

    def encode(self, oid, value):
        """The bytes of a value, in the format of the type's codec; for tools and tests."""
        cdef Codec codec = self.codec(oid)
        cdef WriteBuffer out = WriteBuffer()
        codec.encode(out, value)
        return out.take()[4:]

    def decode(self, oid, bytes data not None):
        """The value of bytes in the format of the type's codec; for tools and tests."""
        cdef Codec codec = self.codec(oid)
        return codec.decode(<const char *>data, len(data))
