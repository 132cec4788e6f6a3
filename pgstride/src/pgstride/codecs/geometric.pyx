"""The geometric types: point, lseg, path, box, polygon, line, circle."""

from cpython.float cimport PyFloat_AsDouble
from libc.stdint cimport INT32_MAX, int32_t, int64_t

from pgstride.codecs.instances cimport (
    instance_new,
    instance_of_tuple,
    instance_set,
    instance_slot,
)
from pgstride.core.buffer cimport WriteBuffer, put_byte, put_int32, reserve
from pgstride.core.codec cimport Codec, refuse_length
from pgstride.core.wire cimport read_float8, read_int32, write_float8, write_int32

from pgstride.exceptions import ProtocolError
from pgstride.types import Box, Circle, Line, LineSegment, Path, Point, Polygon


cdef enum:
    POINT = 16  # bytes

cdef object point_type = Point
cdef object path_type = Path
cdef object polygon_type = Polygon
cdef object box_type = Box
cdef object line_type = Line
cdef object segment_type = LineSegment
cdef object circle_type = Circle
cdef Py_ssize_t POINTS = instance_slot(Path, "points")
cdef Py_ssize_t CLOSED = instance_slot(Path, "_is_closed")


cdef object read_point(const char *data):
    return instance_of_tuple(point_type, (read_float8(data), read_float8(data + 8)))


cdef int put_points(WriteBuffer out, object points, Py_ssize_t count) except -1:
    cdef double x, y
    cdef char *at
    cdef Py_ssize_t written = 0
    for point in points:
        x = PyFloat_AsDouble(point[0])
        y = PyFloat_AsDouble(point[1])
        at = reserve(out, POINT)
        write_float8(at, x)
        write_float8(at + 8, y)
        written += 1
    if written != count:
        raise ValueError("the number of points changed while they were encoded")
    return 0


cdef int put_two_points(WriteBuffer out, object value) except -1:
    put_int32(out, 2 * POINT)
    return put_points(out, (value[0], value[1]), 2)


cdef tuple read_points(str type_name, const char *data, Py_ssize_t length):
    """As many points as the number before them says."""
    cdef int64_t count, i
    cdef list points = []
    if length < 4:
        refuse_length(type_name, length)
    count = read_int32(data)
    if count < 0 or count * POINT != length - 4:
        raise ProtocolError(f"a {type_name} of {count} points in {length} bytes")
    for i in range(count):
        points.append(read_point(data + 4 + i * POINT))
    return tuple(points)


cdef object new_path(object kind, tuple points, bint closed):
    path = instance_new(kind)
    instance_set(path, POINTS, points)
    instance_set(path, CLOSED, closed)
    return path


cdef Py_ssize_t checked_count(str type_name, object value) except -1:
    cdef Py_ssize_t count = len(value)
    if count > (INT32_MAX - 5) // POINT:
        raise ValueError(f"{type_name} value too long")
    return count


cdef class PointCodec(Codec):
    """point."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        if length != POINT:
            refuse_length("point", length)
        return read_point(data)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef double x = PyFloat_AsDouble(value[0])
        cdef double y = PyFloat_AsDouble(value[1])
        cdef char *at = reserve(out, 4 + POINT)
        write_int32(at, POINT)
        write_float8(at + 4, x)
        write_float8(at + 12, y)
        return 0


cdef class BoxCodec(Codec):
    """box."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        if length != 2 * POINT:
            refuse_length("box", length)
        return instance_of_tuple(box_type, (read_point(data), read_point(data + POINT)))

    cdef int encode(self, WriteBuffer out, object value) except -1:
        return put_two_points(out, value)


cdef class LineSegmentCodec(Codec):
    """lseg."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        if length != 2 * POINT:
            refuse_length("lseg", length)
        return instance_of_tuple(segment_type, (read_point(data), read_point(data + POINT)))

    cdef int encode(self, WriteBuffer out, object value) except -1:
        return put_two_points(out, value)


cdef class LineCodec(Codec):
    """line."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        if length != 24:
            refuse_length("line", length)
        return instance_of_tuple(
            line_type, (read_float8(data), read_float8(data + 8), read_float8(data + 16))
        )

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef double a = PyFloat_AsDouble(value[0])
        cdef double b = PyFloat_AsDouble(value[1])
        cdef double c = PyFloat_AsDouble(value[2])
        cdef char *at = reserve(out, 28)
        write_int32(at, 24)
        write_float8(at + 4, a)
        write_float8(at + 12, b)
        write_float8(at + 20, c)
        return 0


cdef class CircleCodec(Codec):
    """circle."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        if length != 24:
            refuse_length("circle", length)
        return instance_of_tuple(
            circle_type, ((read_float8(data), read_float8(data + 8)), read_float8(data + 16))
        )

    cdef int encode(self, WriteBuffer out, object value) except -1:
        center = value[0]
        cdef double x = PyFloat_AsDouble(center[0])
        cdef double y = PyFloat_AsDouble(center[1])
        cdef double radius = PyFloat_AsDouble(value[1])
        cdef char *at = reserve(out, 28)
        write_int32(at, 24)
        write_float8(at + 4, x)
        write_float8(at + 12, y)
        write_float8(at + 20, radius)
        return 0


cdef class PathCodec(Codec):
    """path; tuples of points are closed, lists and other sequences are open."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        if length < 5:
            refuse_length("path", length)
        return new_path(path_type, read_points("path", data + 1, length - 1), data[0] == 1)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef bint closed = False
        cdef Py_ssize_t count
        if isinstance(value, Path):
            closed = value.is_closed
        elif isinstance(value, tuple):
            closed = True
        count = checked_count("path", value)
        put_int32(out, <int32_t>(5 + count * POINT))
        put_byte(out, closed)
        put_int32(out, <int32_t>count)
        return put_points(out, value, count)


cdef class PolygonCodec(Codec):
    """polygon."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return new_path(polygon_type, read_points("polygon", data, length), True)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef Py_ssize_t count = checked_count("polygon", value)
        put_int32(out, <int32_t>(4 + count * POINT))
        put_int32(out, <int32_t>count)
        return put_points(out, value, count)
