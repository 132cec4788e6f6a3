"""Text, and all types whose values are text to Python.

Those without a binary form that says more are exchanged in the text format.
"""

from libc.stdint cimport int16_t

from pgstride.codecs.scalars cimport decode_text
from pgstride.core.buffer cimport WriteBuffer
from pgstride.core.codec cimport OP_TEXT, Codec, refuse_length

from pgstride.exceptions import ProtocolError


cdef int refuse_text(object value) except -1:
    raise TypeError(f"expected str, got {type(value).__name__}")


cdef class TextCodec(Codec):
    """Values that are str, in the given format."""

    def __cinit__(self, int16_t format=1):
        self.format = format
        self.opcode = OP_TEXT
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return decode_text(data, length)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        return put_text(out, value)


cdef class VersionedTextCodec(Codec):
    """Text after a byte with the format's version, 1: jsonb and jsonpath."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        if length < 1:
            refuse_length(self.name, length)
        if data[0] != 1:
            raise ProtocolError(f"a value of type {self.name} has the unknown version {data[0]}")
        return decode_text(data + 1, length - 1)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        return put_versioned_text(out, value)
