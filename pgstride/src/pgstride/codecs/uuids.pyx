"""uuid."""

from libc.string cimport memcpy

from pgstride.codecs.bytea cimport encode_bytes
from pgstride.codecs.texts cimport is_str, utf8_of
from pgstride.core.buffer cimport WriteBuffer, reserve
from pgstride.core.codec cimport OP_UUID, Codec
from pgstride.core.wire cimport write_int32

import uuid


cdef extern from "uuid_type.h":
    object uuid_initialise(object base, object safety)
    object uuid_from_bytes(const char *data)
    bint uuid_is_ours(object value)
    int uuid_bytes_of_int(object number, char *out) except -1
    const char *uuid_bytes(object value)


UUID = uuid_initialise(uuid.UUID, uuid.SafeUUID.unknown)
cdef object PlainUUID = uuid.UUID


cdef object new_uuid(const char *data):
    return uuid_from_bytes(data)


cdef inline int digit_value(unsigned char character) noexcept:
    if c"0" <= character <= c"9":
        return character - c"0"
    if c"a" <= character <= c"f":
        return character - c"a" + 10
    if c"A" <= character <= c"F":
        return character - c"A" + 10
    return -1


cdef int parse(object text, char *out) except -1:
    """Write the 16 bytes that 32 hexadecimal digits are; hyphens may be anywhere."""
    cdef Py_ssize_t size = 0, i
    cdef const char *characters = utf8_of(text, &size)
    cdef int value, digits = 0
    if size < 32 or size > 36:
        raise ValueError(
            f"invalid UUID {text!r}: length must be between 32..36 characters, got {size}"
        )
    for i in range(size):
        if characters[i] == b"-":
            continue
        value = digit_value(characters[i])
        if value < 0:
            if b" " <= characters[i] <= b"~":
                raise ValueError(
                    f"invalid UUID {text!r}: unexpected character {chr(characters[i])!r}"
                )
            raise ValueError(f"invalid UUID {text!r}: unexpected character")
        if digits == 32:
            raise ValueError(f"invalid UUID {text!r}: decodes to more than 16 bytes")
        if digits & 1:
            out[digits // 2] |= <char>value
        else:
            out[digits // 2] = <char>(value << 4)
        digits += 1
    if digits != 32:
        raise ValueError(f"invalid UUID {text!r}: decodes to less than 16 bytes")
    return 0


cdef class UuidCodec(Codec):
    """uuid; uuid.UUID, its text, and anything with 16 `bytes` are taken."""

    def __cinit__(self):
        self.format = 1
        self.opcode = OP_UUID
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return decode_uuid(data, length)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef char parsed[16]
        if uuid_is_ours(value):
            memcpy(parsed, uuid_bytes(value), 16)
        elif type(value) is PlainUUID:
            uuid_bytes_of_int(value.int, parsed)
        elif is_str(value):
            parse(value, parsed)
        else:
            return encode_bytes(out, value.bytes)
        cdef char *at = reserve(out, 20)
        write_int32(at, 16)
        memcpy(at + 4, parsed, 16)
        return 0
