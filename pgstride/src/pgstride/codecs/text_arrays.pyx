"""Arrays in the text format, of types that have no binary form for us.

PostgreSQL's documentation, "Array Input and Output Syntax".
"""

from libc.stdint cimport INT32_MAX, int32_t
from libc.string cimport memchr

from pgstride.codecs.shapes cimport (
    MOST_DIMENSIONS,
    Shape,
    find_shape,
    is_nested,
    is_sized_iterable,
    items_of,
)
from pgstride.core.buffer cimport WriteBuffer, put_byte, put_bytes, put_int32, reserve
from pgstride.core.codec cimport Codec
from pgstride.core.wire cimport write_int32

from pgstride.exceptions import ProtocolError


cdef extern from *:
    """
    /* As array_in() has it: unlike isspace(), in no locale but C's. */
    static inline int is_space(char c) { return c == ' ' || (c >= '\\t' && c <= '\\r'); }
    """
    bint is_space(char character)


cdef class TextArrayCodec(Codec):
    """Arrays of `element`, whose values are in the text format."""

    cdef readonly Codec element
    cdef char delimiter
    cdef bint records

    def __cinit__(self, Codec element not None, str delimiter not None):
        self.format = 0
        self.atomic = False
        self.element = element
        self.delimiter = <char>ord(delimiter)
        self.records = element.kind == "composite"

    cdef object decode(self, const char *data, Py_ssize_t length):
        cdef const char *end = data + length
        cdef const char *at = skip_bounds(data, end)
        # What an element is without its quotes is never longer than the array.
        cdef WriteBuffer scratch = WriteBuffer()
        reserve(scratch, length)
        value = self.read_array(&at, end, scratch, 1)
        if skip_spaces(at, end) != end:
            self.malformed("there is more after its end")
        return value

    cdef list read_array(
        self, const char **at, const char *end, WriteBuffer scratch, int depth
    ):
        cdef list items = []
        cdef const char *p = skip_spaces(at[0], end)
        if depth > MOST_DIMENSIONS:
            self.malformed(f"it has more than {MOST_DIMENSIONS} dimensions")
        if p == end or p[0] != b"{":
            self.malformed("an array has to begin with '{'")
        p = skip_spaces(p + 1, end)
        if p != end and p[0] == b"}":
            at[0] = p + 1
            return items
        while True:
            p = skip_spaces(p, end)
            if p != end and p[0] == b"{":
                items.append(self.read_array(&p, end, scratch, depth + 1))
            else:
                items.append(self.read_element(&p, end, scratch))
            p = skip_spaces(p, end)
            if p == end:
                self.malformed("it ends within an array")
            p += 1
            if p[-1] == b"}":
                break
            if p[-1] != self.delimiter:
                self.malformed("there is no delimiter between two elements")
        at[0] = p
        return items

    cdef object read_element(self, const char **at, const char *end, WriteBuffer scratch):
        """An element in quotes, with backslashes before characters, or neither."""
        cdef const char *p = at[0]
        cdef char *out = scratch.data
        cdef char *last = out  # behind the last character that is no trailing space
        cdef bint quoted = False, plain = True
        while True:
            if p == end:
                self.malformed("it ends within an element")
            if p[0] == b'"':
                quoted = not quoted
                plain = False
                last = out
            elif p[0] == b"\\":
                p += 1
                if p == end:
                    self.malformed("it ends with a backslash")
                out[0] = p[0]
                out += 1
                last = out
                plain = False
            elif not quoted and (p[0] == self.delimiter or p[0] == b"}" or p[0] == b"{"):
                break
            else:
                out[0] = p[0]
                out += 1
                if quoted or not is_space(p[0]):
                    last = out
            p += 1
        at[0] = p
        if plain and last == scratch.data:
            self.malformed("an element is missing")
        if plain and is_null(scratch.data, last - scratch.data):
            return None
        return self.element.decode(scratch.data, last - scratch.data)

    cdef int malformed(self, str why) except -1:
        raise ProtocolError(f"malformed array literal of type {self.name}: {why}")

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef Shape shape
        cdef WriteBuffer scratch = WriteBuffer()
        cdef Py_ssize_t begun = out.length
        if not is_sized_iterable(value):
            raise TypeError(
                f"a sized iterable container expected (got type {type(value).__name__!r})"
            )
        value = items_of(value)
        find_shape(value, self.records, &shape)
        put_int32(out, 0)
        self.put_array(out, value, &shape, 1, scratch)
        if out.length - begun - 4 > INT32_MAX:
            raise ValueError("array value too long")
        write_int32(out.data + begun, <int32_t>(out.length - begun - 4))
        return 0

    cdef int put_array(
        self, WriteBuffer out, object value, const Shape *shape, int depth, WriteBuffer scratch
    ) except -1:
        cdef bint first = True
        put_byte(out, b"{")
        for item in tuple(value):
            if not first:
                put_byte(out, self.delimiter)
            first = False
            if depth < shape.dimensions:
                if not is_nested(item, self.records):
                    raise ValueError("non-homogeneous array")
                self.put_array(out, item, shape, depth + 1, scratch)
            elif item is None:
                put_bytes(out, b"NULL", 4)
            else:
                self.put_element(out, item, scratch)
        return put_byte(out, b"}")

    cdef int put_element(self, WriteBuffer out, object item, WriteBuffer scratch) except -1:
        """The element's text in quotes, which is right for any text."""
        cdef Py_ssize_t i
        scratch.length = 0
        try:
            self.element.encode(scratch, item)
        except TypeError as error:
            said = error.args[0] if error.args else error
            raise ValueError(f"invalid array element: {said}") from None
        put_byte(out, b'"')
        for i in range(4, scratch.length):  # the length word comes first
            if scratch.data[i] == b'"' or scratch.data[i] == b"\\":
                put_byte(out, b"\\")
            put_byte(out, scratch.data[i])
        return put_byte(out, b'"')


cdef inline const char *skip_spaces(const char *at, const char *end) noexcept:
    while at != end and is_space(at[0]):
        at += 1
    return at


cdef const char *skip_bounds(const char *at, const char *end) except NULL:
    """Behind "[2:3][0:1]=", the bounds of an array that does not count from 1."""
    cdef const char *equals
    at = skip_spaces(at, end)
    if at == end or at[0] != b"[":
        return at
    equals = <const char *>memchr(at, b"=", end - at)
    if equals == NULL:
        raise ProtocolError("malformed array literal: '=' is missing after its bounds")
    return equals + 1


cdef bint is_null(const char *text, Py_ssize_t size) noexcept:
    # Without regard to case, which is the bit 0x20 of a letter.
    return (
        size == 4
        and text[0] | 0x20 == c"n"
        and text[1] | 0x20 == c"u"
        and text[2] | 0x20 == c"l"
        and text[3] | 0x20 == c"l"
    )
