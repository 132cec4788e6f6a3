"""bool."""

from pgstride.codecs.scalars cimport decode_bool
from pgstride.core.buffer cimport WriteBuffer, reserve
from pgstride.core.codec cimport OP_BOOL, Codec
from pgstride.core.wire cimport write_int32


cdef class BoolCodec(Codec):
    """bool; only True and False are taken, whatever else may be true."""

    def __cinit__(self):
        self.format = 1
        self.opcode = OP_BOOL
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return decode_bool(data, length)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        if value is not True and value is not False:
            raise TypeError(f"a boolean is required (got type {type(value).__name__})")
        cdef char *at = reserve(out, 5)
        write_int32(at, 1)
        at[4] = value is True
        return 0
