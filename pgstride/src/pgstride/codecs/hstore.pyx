"""hstore, of the extension of that name: a dict of str to str or None.

Binary form: the number of pairs, and for each the key and the value, with their
lengths before them (hstore_send in contrib/hstore/hstore_io.c).
"""

from libc.stdint cimport INT32_MAX, int32_t

from pgstride.codecs.scalars cimport decode_text
from pgstride.codecs.texts cimport put_text
from pgstride.core.buffer cimport WriteBuffer, put_int32
from pgstride.core.codec cimport Codec
from pgstride.core.wire cimport read_int32, write_int32

from pgstride.exceptions import ProtocolError


cdef object read_item(const char **at, const char *end):
    """The next key or value; None where it is NULL."""
    cdef Py_ssize_t size
    if end - at[0] < 4:
        raise ProtocolError("an hstore ends before the length of an item")
    size = read_int32(at[0])
    at[0] += 4
    if size == -1:
        return None
    if size < 0 or size > end - at[0]:
        raise ProtocolError(f"an hstore's item has length {size}, {end - at[0]} bytes are left")
    item = decode_text(at[0], size)
    at[0] += size
    return item


cdef class HstoreCodec(Codec):
    """dicts; for encoding also other mappings, and iterables of pairs that have a length."""

    def __cinit__(self):
        self.format = 1
        self.atomic = False

    cdef object decode(self, const char *data, Py_ssize_t length):
        cdef const char *at = data + 4
        cdef const char *end = data + length
        cdef dict pairs = {}
        cdef Py_ssize_t count
        if length < 4:
            raise ProtocolError(f"an hstore of {length} bytes")
        # Every pair has two length words.
        count = read_int32(data)
        if count < 0 or count > (length - 4) // 8:
            raise ProtocolError(f"an hstore of {count} pairs in {length} bytes")
        for _ in range(count):
            key = read_item(&at, end)
            if key is None:
                raise ProtocolError("a key of an hstore is NULL")
            pairs[key] = read_item(&at, end)
        if at != end:
            raise ProtocolError(f"{end - at} bytes are left after an hstore's last pair")
        return pairs

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef Py_ssize_t begun = out.length
        cdef Py_ssize_t count = 0
        if len(value) > INT32_MAX:
            raise ValueError("hstore value is too large")
        put_int32(out, 0)
        put_int32(out, 0)
        for key, item in value.items() if hasattr(value, "items") else value:
            if key is None:
                raise ValueError("null value not allowed in hstore key")
            put_text(out, key)
            if item is None:
                put_int32(out, -1)
            else:
                put_text(out, item)
            count += 1
        if out.length - begun - 4 > INT32_MAX:
            raise ValueError("hstore value is too large")
        write_int32(out.data + begun, <int32_t>(out.length - begun - 4))
        write_int32(out.data + begun + 4, <int32_t>count)
        return 0
