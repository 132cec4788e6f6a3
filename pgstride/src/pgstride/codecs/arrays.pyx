"""Arrays, of any element type and up to six dimensions.

An array of one dimension is the common case: its items are read, or written, in
a loop of the element type's own (`array_loops`), and in a general one only from
the first item on that is out of the ordinary.
"""

from cpython.list cimport PyList_New, PyList_SET_ITEM
from cpython.ref cimport Py_INCREF
from libc.stdint cimport INT32_MAX, int32_t, int64_t, uint32_t

from pgstride.codecs.array_loops cimport put_common_items, read_common_items
from pgstride.codecs.shapes cimport (
    MOST_DIMENSIONS,
    Shape,
    find_shape,
    is_nested,
    is_sized_iterable,
    items_count,
    items_get,
    items_of,
)
from pgstride.core.buffer cimport WriteBuffer, put_int32, reserve
from pgstride.core.codec cimport Codec
from pgstride.core.wire cimport read_int32, write_int32, write_uint32

from pgstride.exceptions import ProtocolError

# Number of dimensions, whether there are NULLs, type of the elements.
cdef Py_ssize_t HEAD = 12
# Size and lower bound.
cdef Py_ssize_t DIMENSION = 8


cdef class ArrayCodec(Codec):
    """Arrays of `element`, in the binary format; lower bounds are not kept."""

    def __cinit__(self, Codec element not None, uint32_t element_oid):
        self.format = 1
        self.atomic = False
        self.element = element
        # A domain's codec is its base type's, but the server insists on the domain.
        self.element_oid = element_oid
        self.records = element.kind == "composite"

    cdef object decode(self, const char *data, Py_ssize_t length):
        cdef Shape shape
        cdef const char *at = data + HEAD
        cdef const char *end = data + length
        cdef int64_t total = 1
        cdef int i
        if length < HEAD:
            raise ProtocolError(f"an array of {length} bytes")
        shape.dimensions = read_int32(data)
        if shape.dimensions < 0 or shape.dimensions > MOST_DIMENSIONS:
            raise ProtocolError(
                f"an array of {shape.dimensions} dimensions, "
                f"of which {MOST_DIMENSIONS} are possible"
            )
        if end - at < shape.dimensions * DIMENSION:
            raise ProtocolError(f"an array of {shape.dimensions} dimensions in {length} bytes")
        for i in range(shape.dimensions):
            shape.sizes[i] = read_int32(at)
            at += DIMENSION
            if shape.sizes[i] < 0:
                raise ProtocolError(f"an array with a dimension of size {shape.sizes[i]}")
        for i in range(shape.dimensions):
            total *= shape.sizes[i]
            # Every element has a length word.
            if total * 4 > length:
                raise ProtocolError(f"an array of at least {total} elements in {length} bytes")
        value = [] if shape.dimensions == 0 or total == 0 else self.level(&shape, 0, &at, end)
        if at != end:
            raise ProtocolError(f"{end - at} bytes are left after an array's last element")
        return value

    cdef object level(self, const Shape *shape, int depth, const char **at, const char *end):
        """The list of one array among those at `depth`."""
        cdef Py_ssize_t i
        cdef list lists
        cdef object inner
        if depth == shape.dimensions - 1:
            return self.run(shape.sizes[depth], at, end)
        lists = PyList_New(shape.sizes[depth])
        for i in range(shape.sizes[depth]):
            inner = self.level(shape, depth + 1, at, end)
            Py_INCREF(inner)
            PyList_SET_ITEM(lists, i, inner)
        return lists

    cdef list run(self, Py_ssize_t count, const char **at, const char *end):
        """The next `count` elements."""
        cdef list items = PyList_New(count)
        cdef Py_ssize_t done = read_common_items(self.element.opcode, items, count, at, end)
        if done < count:
            self.read_others(items, done, count, at, end)
        return items

    cdef int read_others(
        self, list items, Py_ssize_t i, Py_ssize_t count, const char **at, const char *end
    ) except -1:
        cdef Py_ssize_t size
        cdef object item
        while i < count:
            if end - at[0] < 4:
                raise ProtocolError(f"an array ends before the length of its element {i}")
            size = read_int32(at[0])
            at[0] += 4
            if size == -1:
                item = None
            else:
                if size < 0 or size > end - at[0]:
                    raise ProtocolError(
                        f"an array's element {i} has length {size}, {end - at[0]} bytes are left"
                    )
                item = self.element.decode(at[0], size)
                at[0] += size
            Py_INCREF(item)
            PyList_SET_ITEM(items, i, item)
            i += 1
        return 0

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef Shape shape
        cdef object items
        cdef char *head
        cdef Py_ssize_t begun = out.length
        cdef int i
        if not is_sized_iterable(value):
            raise TypeError(
                f"a sized iterable container expected (got type {type(value).__name__!r})"
            )
        items = items_of(value)
        if items_count(items) > 0 and not is_nested(items_get(items, 0), self.records):
            shape.dimensions = 1
            shape.sizes[0] = <int32_t>items_count(items)
            if items_count(items) > INT32_MAX:
                raise ValueError("too many elements in array value")
        else:
            find_shape(items, self.records, &shape)
        head = reserve(out, 4 + HEAD + DIMENSION * shape.dimensions)
        write_int32(head + 4, shape.dimensions)
        write_int32(head + 8, 0)
        write_uint32(head + 12, self.element_oid)
        for i in range(shape.dimensions):
            write_int32(head + 16 + i * DIMENSION, shape.sizes[i])
            write_int32(head + 20 + i * DIMENSION, 1)
        self.put_level(out, items, &shape, 0)
        if out.length - begun - 4 > INT32_MAX:
            raise ValueError("array value too long")
        write_int32(out.data + begun, <int32_t>(out.length - begun - 4))
        return 0

    cdef int put_level(
        self, WriteBuffer out, object items, const Shape *shape, int depth
    ) except -1:
        """Write one array among those at `depth`."""
        cdef Py_ssize_t i = 0
        cdef object inner
        if items_count(items) != shape.sizes[depth]:
            raise ValueError("non-homogeneous array")
        if depth == shape.dimensions - 1:
            i = put_common_items(self.element.opcode, out, items)
            if i < shape.sizes[depth]:
                self.put_others(out, items, i, shape)
            return 0
        while i < items_count(items):
            inner = items_get(items, i)
            if not is_nested(inner, self.records):
                raise ValueError("non-homogeneous array")
            self.put_level(out, items_of(inner), shape, depth + 1)
            i += 1
        if i != shape.sizes[depth]:
            raise ValueError("array changed while it was encoded")
        return 0

    cdef int put_others(
        self, WriteBuffer out, object items, Py_ssize_t i, const Shape *shape
    ) except -1:
        """Write the elements from position `i` on, whatever they are.

        What an element is encoded by may be the application's, and may change
        the list.
        """
        cdef Py_ssize_t count = items_count(items)
        cdef object item
        try:
            while i < items_count(items):
                item = items_get(items, i)
                if item is None:
                    put_int32(out, -1)
                elif is_nested(item, self.records):
                    raise ValueError("non-homogeneous array")
                else:
                    self.element.encode(out, item)
                i += 1
        except Exception as error:
            raise self.element_error(error, items, i, shape.dimensions) from None
        if i != count:
            raise ValueError("array changed while it was encoded")
        return 0

    cdef object element_error(self, object error, object items, Py_ssize_t i, int dimensions):
        """What is wrong with the element at position `i`; differing depths come first."""
        for item in items[i:]:
            if is_nested(item, self.records):
                return ValueError("non-homogeneous array")
        if not isinstance(error, TypeError):
            return error
        where = f" at index {i}" if dimensions == 1 else ""
        said = error.args[0] if error.args else error
        return ValueError(f"invalid array element{where}: {said}")
