"""Composite types, as named records, and anonymous records, as tuples."""

from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.stdint cimport INT32_MAX, int32_t, uint32_t

from pgstride.core.buffer cimport WriteBuffer, put_int32
from pgstride.core.codec cimport Codec, refuse_length
from pgstride.core.rows cimport finish_record, make_descriptor, new_record, set_record_item
from pgstride.core.wire cimport read_int32, read_uint32, write_int32

from collections.abc import Mapping

from pgstride.codecs.builtin_types import SCALARS
from pgstride.exceptions import (
    InternalClientError,
    OutdatedSchemaCacheError,
    ProtocolError,
    UnsupportedClientFeatureError,
)


cdef extern from "Python.h":
    # Records may hold records: a hostile server's could exhaust the stack.
    int enter_record "Py_EnterRecursiveCall"(const char *where) except -1
    void leave_record "Py_LeaveRecursiveCall"()


cdef enum:
    # Of each attribute: its type and its length.
    ATTRIBUTE_HEAD = 8


cdef inline Py_ssize_t read_head(
    Py_ssize_t position, const char **at, const char *end, uint32_t *oid
) except -2:
    """The type and the length (-1: NULL) of the next attribute, whose bytes are all there."""
    cdef Py_ssize_t size
    if end - at[0] < ATTRIBUTE_HEAD:
        raise ProtocolError(f"a record ends before the length of its attribute {position}")
    oid[0] = read_uint32(at[0])
    size = read_int32(at[0] + 4)
    at[0] += ATTRIBUTE_HEAD
    if size < -1 or size > end - at[0]:
        raise ProtocolError(
            f"a record's attribute {position} has length {size}, {end - at[0]} bytes are left"
        )
    return size


cdef object shown_type(uint32_t oid):
    """The name of a built-in type, the OID of another."""
    for known, _, name, _ in SCALARS:
        if known == oid:
            return name
    return oid


cdef class CompositeCodec(Codec):
    """A composite type with attributes of these names, codecs and type OIDs."""

    def __cinit__(self, tuple names not None, tuple codecs not None, tuple oids not None):
        if not len(names) == len(codecs) == len(oids):
            raise ValueError("as many names as codecs and OIDs are needed")
        self.format = 1
        self.atomic = False
        self.names = names
        self.codecs = codecs
        self.oids = oids
        self.descriptor = make_descriptor(names)
        self.positions = {name: position for position, name in enumerate(names)}

    cdef object decode(self, const char *data, Py_ssize_t length):
        enter_record(" while decoding a record")
        try:
            return self.decode_attributes(data, length)
        finally:
            leave_record()

    cdef object decode_attributes(self, const char *data, Py_ssize_t length):
        cdef const char *at = data + 4
        cdef const char *end = data + length
        cdef Py_ssize_t count = PyTuple_GET_SIZE(self.codecs)
        cdef Py_ssize_t i, size
        cdef uint32_t oid = 0
        cdef object record
        if length < 4:
            refuse_length(self.name, length)
        if read_int32(data) != count:
            raise OutdatedSchemaCacheError(
                f"unexpected number of attributes of composite type: {read_int32(data)}, "
                f"expected {count}",
                schema=self.schema,
                data_type=self.name,
            )
        record = new_record(self.descriptor)
        for i in range(count):
            size = read_head(i, &at, end, &oid)
            self.check_type(i, oid)
            if size == -1:
                set_record_item(record, i, None)
            else:
                set_record_item(
                    record, i, (<Codec>PyTuple_GET_ITEM(self.codecs, i)).decode(at, size)
                )
                at += size
        if at != end:
            raise ProtocolError(f"{end - at} bytes are left after a record's last attribute")
        finish_record(record)
        return record

    cdef int check_type(self, Py_ssize_t position, uint32_t received) except -1:
        cdef uint32_t expected = self.oids[position]
        if received != expected:
            raise OutdatedSchemaCacheError(
                f"unexpected data type of composite type attribute {position}: "
                f"{shown_type(received)!r}, expected {shown_type(expected)!r}",
                schema=self.schema,
                data_type=self.name,
                position=position,
            )
        return 0

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef Py_ssize_t begun = out.length
        cdef Py_ssize_t expected = PyTuple_GET_SIZE(self.codecs)
        cdef Py_ssize_t count = 0
        if type(value) is not tuple and isinstance(value, Mapping):
            value = self.attributes_of(value)
        len(value)  # refuses iterators, as other values that are no records
        put_int32(out, 0)
        put_int32(out, 0)
        for item in value:
            if count == expected:
                raise ValueError(
                    f"composite type {self.name} has {expected} attributes, "
                    f"{len(value)} were given"
                )
            put_int32(out, <int32_t><uint32_t>self.oids[count])
            if item is None:
                put_int32(out, -1)
            else:
                (<Codec>PyTuple_GET_ITEM(self.codecs, count)).encode(out, item)
            count += 1
        if out.length - begun - 4 > INT32_MAX:
            raise ValueError("composite value too long")
        write_int32(out.data + begun, <int32_t>(out.length - begun - 4))
        write_int32(out.data + begun + 4, <int32_t>count)
        return 0

    cdef tuple attributes_of(self, object mapping):
        """The values by position; those that are missing are NULL."""
        cdef list values = [None] * len(self.names)
        for name in mapping:
            position = self.positions.get(name)
            if position is None:
                raise ValueError(f"{name!r} is not a valid element of composite type {self.name}")
            values[position] = mapping[name]
        return tuple(values)


cdef class AnonymousRecordCodec(Codec):
    """record: tuples, whose items' types only the values say. It cannot be sent.

    `find` gives the codec of a type's OID, or None.
    """

    cdef object find

    def __cinit__(self, find):
        self.format = 1
        self.atomic = False
        self.find = find

    cdef object decode(self, const char *data, Py_ssize_t length):
        enter_record(" while decoding a record")
        try:
            return self.decode_attributes(data, length)
        finally:
            leave_record()

    cdef object decode_attributes(self, const char *data, Py_ssize_t length):
        cdef const char *at = data + 4
        cdef const char *end = data + length
        cdef Py_ssize_t count, i, size
        cdef uint32_t oid = 0
        cdef list items = []
        cdef Codec codec
        if length < 4:
            refuse_length("record", length)
        count = read_int32(data)
        if count < 0 or count * ATTRIBUTE_HEAD > length:
            raise ProtocolError(f"a record of {count} attributes in {length} bytes")
        for i in range(count):
            size = read_head(i, &at, end, &oid)
            if size == -1:
                items.append(None)
                continue
            codec = self.find(oid)
            # The binary form of a type that we know by name only may be its text.
            if codec is None or (codec.format != 1 and oid < FIRST_GENERATED_OID):
                raise InternalClientError(
                    f"no decoder for composite type element in position {i} of type OID {oid}"
                )
            items.append(codec.decode(at, size))
            at += size
        if at != end:
            raise ProtocolError(f"{end - at} bytes are left after a record's last attribute")
        return tuple(items)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        raise UnsupportedClientFeatureError(
            "input of anonymous composite types is not supported",
            hint=(
                "Consider declaring an explicit composite type and using it to cast the argument."
            ),
            detail="PostgreSQL does not implement anonymous composite type input.",
        )
