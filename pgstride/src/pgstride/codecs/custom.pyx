"""Codecs of a user's own: a Python function for each direction, over another codec.

That codec is the exchange format: what the functions take and give is what it
decodes to and encodes, a str, bytes, a tuple or a record.
"""

from pgstride.core.buffer cimport WriteBuffer
from pgstride.core.codec cimport Codec


cdef class CustomCodec(Codec):
    """Values that `decoder` makes of those that `exchange` decodes, and `encoder` the reverse."""

    cdef Codec exchange
    cdef object encoder
    cdef object decoder

    def __cinit__(self, Codec exchange not None, object encoder, object decoder):
        self.exchange = exchange
        self.encoder = encoder
        self.decoder = decoder
        self.format = exchange.format
        self.atomic = False

    cdef object decode(self, const char *data, Py_ssize_t length):
        return self.decoder(self.exchange.decode(data, length))

    cdef int encode(self, WriteBuffer out, object value) except -1:
        return self.exchange.encode(out, self.encoder(value))
