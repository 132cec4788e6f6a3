"""interval: months, days and microseconds, which a timedelta has no three of."""

from libc.stdint cimport INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, int32_t, int64_t

from pgstride.codecs.datetimes cimport datetime_ready
from pgstride.core.buffer cimport WriteBuffer, reserve
from pgstride.core.codec cimport Codec, refuse_length
from pgstride.core.wire cimport read_int32, read_int64, write_int32, write_int64


cdef extern from "datetimes.h":
    bint is_delta "PyDelta_Check"(object value)
    int delta_days "PyDateTime_DELTA_GET_DAYS"(object value)
    int delta_seconds "PyDateTime_DELTA_GET_SECONDS"(object value)
    int delta_microseconds "PyDateTime_DELTA_GET_MICROSECONDS"(object value)
    object new_delta "PyDelta_FromDSU"(int days, int seconds, int us)


datetime_ready()

cdef enum:
    DAYS_IN_YEAR = 365
    DAYS_IN_MONTH = 30
    MOST_DAYS = 999999999  # datetime.timedelta.max

cdef int64_t DAY = 86400000000


cdef class IntervalCodec(Codec):
    """interval; a year is decoded to 365 days, a month to 30, as nothing says which they are."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        if length != 16:
            refuse_length("interval", length)
        cdef int64_t microseconds = read_int64(data)
        cdef int64_t days = read_int32(data + 8)
        cdef int64_t months = read_int32(data + 12)
        cdef int64_t whole_days = microseconds // DAY
        if (
            (months == INT32_MAX and days == INT32_MAX and microseconds == INT64_MAX)
            or (months == INT32_MIN and days == INT32_MIN and microseconds == INT64_MIN)
        ):
            raise OverflowError("a timedelta cannot be infinite")
        # Both divisions are C's: they truncate.
        days += months // 12 * DAYS_IN_YEAR + months % 12 * DAYS_IN_MONTH
        microseconds -= whole_days * DAY
        if microseconds < 0:
            whole_days -= 1
            microseconds += DAY
        days += whole_days
        if days < -MOST_DAYS or days > MOST_DAYS:
            raise OverflowError(f"days={days}; must have magnitude <= {MOST_DAYS}")
        cdef int seconds = <int>(microseconds // 1000000)
        return new_delta(<int>days, seconds, <int>(microseconds - <int64_t>seconds * 1000000))

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef int64_t days, microseconds
        if is_delta(value):
            days = delta_days(value)
            microseconds = delta_seconds(value) * <int64_t>1000000 + delta_microseconds(value)
        else:
            days = value.days
            microseconds = <int64_t>value.seconds * 1000000 + <int64_t>value.microseconds
        cdef char *at = reserve(out, 20)
        write_int32(at, 16)
        write_int64(at + 4, microseconds)
        write_int32(at + 12, <int32_t>days)
        write_int32(at + 16, 0)
        return 0
