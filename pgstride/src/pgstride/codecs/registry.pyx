"""The codecs of the types that one connection knows.

Built-in types have the same OIDs in every database, so their codecs are made
once and shared. Those of other types belong to the connection, and are made of
what its server says about them (`introspection`).
"""

from libc.stdint cimport uint32_t

from pgstride.codecs.composites cimport FIRST_GENERATED_OID
from pgstride.core.buffer cimport WriteBuffer
from pgstride.core.codec cimport Codec

from pgstride.codecs.arrays import ArrayCodec
from pgstride.codecs.bits import BitsCodec
from pgstride.codecs.booleans import BoolCodec
from pgstride.codecs.builtin_types import MULTIRANGES, RANGES, RECORD, SCALARS, VECTORS
from pgstride.codecs.bytea import ByteaCodec, CharCodec
from pgstride.codecs.composites import AnonymousRecordCodec, CompositeCodec
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
from pgstride.codecs.integers import Int2Codec, Int4Codec, Int8Codec, OidCodec, Xid8Codec
from pgstride.codecs.intervals import IntervalCodec
from pgstride.codecs.misc import SnapshotCodec, TidCodec, VoidCodec
from pgstride.codecs.networks import CidrCodec, InetCodec
from pgstride.codecs.numerics import NumericCodec
from pgstride.codecs.ranges import MultirangeCodec, RangeCodec
from pgstride.codecs.text_arrays import TextArrayCodec
from pgstride.codecs.texts import TextCodec, VersionedTextCodec
from pgstride.codecs.uuids import UuidCodec
from pgstride.exceptions import UnsupportedClientFeatureError

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


cdef dict built_in_codecs():
    cdef dict codecs = {}
    cdef str catalogue = "pg_catalog"
    for oid, array_oid, name, family in SCALARS:
        delimiter = ";" if name == "box" else ","
        codecs[oid] = define(FAMILIES[family](), oid, catalogue, name, "scalar")
        if array_oid:
            codecs[array_oid] = define_array(
                array_oid, catalogue, name, codecs[oid], oid, delimiter
            )
    for oid, array_oid, name, element_oid in VECTORS:
        codecs[oid] = define_array(oid, catalogue, name, codecs[element_oid], element_oid, ",")
        codecs[array_oid] = define_array(array_oid, catalogue, name, codecs[oid], oid, ",")
    for kind, types in (("range", RANGES), ("multirange", MULTIRANGES)):
        for oid, array_oid, name, subtype_oid in types:
            codecs[oid] = define_range(oid, catalogue, name, kind, codecs[subtype_oid])
            codecs[array_oid] = define_array(array_oid, catalogue, name, codecs[oid], oid, ",")
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
            if found is None and oid in RECORD:
                self._add_records()
                found = self.codecs[oid]
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
            if self.find(row["oid"]) is None:
                self.codecs[row["oid"]] = self._codec_of(row)

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
