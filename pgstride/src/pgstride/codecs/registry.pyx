"""The codecs of the types that one connection knows.

Built-in types have the same OIDs in every database, so their codecs are made
once and shared. Those of other types belong to the connection, and are made of
what its server says about them (`introspection`).
"""

from libc.stdint cimport uint32_t

from pgstride.codecs.arrays cimport ArrayCodec
from pgstride.core.buffer cimport WriteBuffer
from pgstride.core.codec cimport Codec

from pgstride.codecs.booleans import BoolCodec
from pgstride.codecs.builtin_types import SCALARS, VECTORS
from pgstride.codecs.bytea import ByteaCodec, CharCodec
from pgstride.codecs.datetimes import (
    DateCodec,
    TimeCodec,
    TimestampCodec,
    TimestamptzCodec,
    TimetzCodec,
)
from pgstride.codecs.floats import Float4Codec, Float8Codec
from pgstride.codecs.integers import Int2Codec, Int4Codec, Int8Codec, OidCodec, Xid8Codec
from pgstride.codecs.texts import TextCodec, VersionedTextCodec
from pgstride.codecs.uuids import UuidCodec
from pgstride.exceptions import ProtocolError, UnsupportedClientFeatureError

# Below are types of PostgreSQL's own, whose binary form may become known.
cdef uint32_t FIRST_GENERATED_OID = 10000

cdef dict FAMILIES = {
    "as text": lambda: TextCodec(0),
    "bool": BoolCodec,
    "bytea": ByteaCodec,
    "char": CharCodec,
    "date": DateCodec,
    "float4": Float4Codec,
    "float8": Float8Codec,
    "int2": Int2Codec,
    "int4": Int4Codec,
    "int8": Int8Codec,
    "oid": OidCodec,
    "text": TextCodec,
    "time": TimeCodec,
    "timestamp": TimestampCodec,
    "timestamptz": TimestamptzCodec,
    "timetz": TimetzCodec,
    "uuid": UuidCodec,
    "versioned text": VersionedTextCodec,
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
    """The codec of a type whose name on the server is `name`."""
    shown = f"{name[1:] if name.startswith('_') else name}[]"
    return define(ArrayCodec(element, element_oid), oid, schema, shown, "array")


cdef dict built_in_codecs():
    cdef dict codecs = {}
    for oid, array_oid, name, family in SCALARS:
        if family not in FAMILIES:
            continue
        codecs[oid] = define(FAMILIES[family](), oid, "pg_catalog", name, "scalar")
        if array_oid and (<Codec>codecs[oid]).format == 1:
            codecs[array_oid] = define_array(
                array_oid, "pg_catalog", name, codecs[oid], oid, ","
            )
    for oid, array_oid, name, element_oid in VECTORS:
        codecs[oid] = define_array(oid, "pg_catalog", name, codecs[element_oid], element_oid, ",")
    return codecs


cdef dict BUILT_IN = built_in_codecs()


cdef class TypeRegistry:
    """Finds the codec of a type by its OID."""

    def __cinit__(self):
        self.codecs = {}

    cdef Codec find(self, uint32_t oid):
        """None where the type is unknown."""
        found = self.codecs.get(oid)
        if found is None:
            found = BUILT_IN.get(oid)
        return <Codec>found

    def codec(self, oid):
        """The codec of a type; raises UnsupportedClientFeatureError where there is none."""
        found = self.find(oid)
        if found is None:
            raise UnsupportedClientFeatureError(f"no codec for type OID {oid}")
        return found

    def missing(self, oids):
        """Those of the OIDs whose types are unknown."""
        return [oid for oid in dict.fromkeys(oids) if self.find(oid) is None]

    def learn(self, rows):
        """Make codecs for types, of the rows that INTROSPECTION_QUERY gave."""
        for row in rows:
            if self.find(row["oid"]) is None:
                self.codecs[row["oid"]] = self._codec_of(row)

    def _codec_of(self, row):
        oid, schema, name, kind = row["oid"], row["schema"], row["name"], row["kind"]
        if row["element"]:
            element = self.codec(row["element"])
            delimiter = row["delimiter"].decode()
            return define_array(oid, schema, name, element, row["element"], delimiter)
        if kind == b"d":
            return self.codec(row["base"])
        if kind == b"e":
            return define(TextCodec(), oid, schema, name, "scalar")
        if oid < FIRST_GENERATED_OID:
            raise UnsupportedClientFeatureError(
                f"unhandled standard data type {name!r} (OID {oid})"
            )
        return define(TextCodec(0), oid, schema, name, "scalar")

    def encode(self, oid, value):
        """The bytes of a value of a type that is known, in its codec's format (for tools and tests)."""
        cdef Codec codec = self.codec(oid)
        cdef WriteBuffer out = WriteBuffer()
        codec.encode(out, value)
        return out.take()[4:]

    def decode(self, oid, bytes data not None):
        """The value that the bytes are, in the format of the type's codec (for tools and tests)."""
        cdef Codec codec = self.codec(oid)
        return codec.decode(<const char *>data, len(data))
