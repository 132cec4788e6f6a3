"""Dates and times: date, time, timetz, timestamp, timestamptz.

PostgreSQL counts days and microseconds from 1 January 2000. Intervals are in
`intervals`.
"""

from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF
from libc.stdint cimport INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, int32_t, int64_t

from pgstride.core.buffer cimport WriteBuffer, reserve
from pgstride.core.codec cimport (
    OP_DATE,
    OP_TIMESTAMP,
    OP_TIMESTAMPTZ,
    Codec,
    refuse_length,
)
from pgstride.core.wire cimport read_int32, read_int64, write_int32, write_int64

from datetime import date, datetime, timezone

from pgstride.exceptions import ProtocolError


cdef extern from "datetimes.h":
    bint is_date "PyDate_Check"(object value)
    bint is_datetime "PyDateTime_Check"(object value)
    bint is_time "PyTime_Check"(object value)
    bint is_delta "PyDelta_Check"(object value)
    int year_of "PyDateTime_GET_YEAR"(object value)
    int month_of "PyDateTime_GET_MONTH"(object value)
    int day_of "PyDateTime_GET_DAY"(object value)
    int hour_of "PyDateTime_DATE_GET_HOUR"(object value)
    int minute_of "PyDateTime_DATE_GET_MINUTE"(object value)
    int second_of "PyDateTime_DATE_GET_SECOND"(object value)
    int microsecond_of "PyDateTime_DATE_GET_MICROSECOND"(object value)
    int time_hour "PyDateTime_TIME_GET_HOUR"(object value)
    int time_minute "PyDateTime_TIME_GET_MINUTE"(object value)
    int time_second "PyDateTime_TIME_GET_SECOND"(object value)
    int time_microsecond "PyDateTime_TIME_GET_MICROSECOND"(object value)
    int delta_days "PyDateTime_DELTA_GET_DAYS"(object value)
    int delta_seconds "PyDateTime_DELTA_GET_SECONDS"(object value)
    int delta_microseconds "PyDateTime_DELTA_GET_MICROSECONDS"(object value)
    PyObject *zone_of "PyDateTime_DATE_GET_TZINFO"(object value)
    object new_delta "PyDelta_FromDSU"(int days, int seconds, int us)
    object fixed_zone "PyTimeZone_FromOffset"(object offset)


datetime_ready()

cdef int64_t SECOND = 1000000
cdef int64_t DAY = 86400000000

# datetime.max and datetime.min, which stand for infinity and -infinity.
cdef int64_t LAST_MICROSECOND = LAST_DAY * DAY + DAY - 1
cdef int64_t FIRST_MICROSECOND = FIRST_DAY * DAY


cdef object refuse_date(int64_t days):
    date.fromordinal(days + date(2000, 1, 1).toordinal())
    raise OverflowError("date value out of range")


cdef object refuse_timestamp(int64_t microseconds):
    raise OverflowError("date value out of range")


cdef inline int64_t days_from_civil(int year, int month, int day) noexcept:
    """How many days after 1 January 2000 a date of the years 1 to 9999 is."""
    if month <= 2:
        year -= 1
        month += 12
    cdef int century = year // 100
    return (
        365 * year + year // 4 - century + century // 4
        + (153 * (month - 3) + 2) // 5 + day - 1 - DAYS_BEFORE_EPOCH
    )


cdef inline int64_t microseconds_of(object value) noexcept:
    """How many microseconds after 1 January 2000 a datetime's clock shows."""
    cdef int64_t days = days_from_civil(year_of(value), month_of(value), day_of(value))
    cdef int64_t seconds = hour_of(value) * 3600 + minute_of(value) * 60 + second_of(value)
    return days * DAY + seconds * SECOND + microsecond_of(value)


cdef inline int put_int64_value(WriteBuffer out, int64_t value) except -1:
    cdef char *at = reserve(out, 12)
    write_int32(at, 8)
    write_int64(at + 4, value)
    return 0


cdef inline int put_timestamp(WriteBuffer out, int64_t microseconds) except -1:
    if microseconds == LAST_MICROSECOND:
        microseconds = INT64_MAX
    elif microseconds == FIRST_MICROSECOND:
        microseconds = INT64_MIN
    return put_int64_value(out, microseconds)


cdef object refuse_timestamp_argument(object value):
    raise TypeError(
        "expected a datetime.date or datetime.datetime instance, got "
        f"{type(value).__name__!r}"
    )


cdef int64_t local_midnight(object value) except? -1:
    """The instant at which a date begins where we are, by the offset that holds now."""
    offset = datetime.now(timezone.utc).astimezone().utcoffset()
    midnight = datetime(value.year, value.month, value.day, tzinfo=timezone(offset))
    return microseconds_of(midnight.astimezone(timezone.utc))


cdef int64_t instant_of(object value) except? -1:
    """How many microseconds after 1 January 2000, UTC, a datetime is.

    One without a time zone is the local time, as for datetime.astimezone.
    """
    cdef object zone = <object>zone_of(value)
    cdef object offset
    cdef int64_t instant
    if zone is <object>datetime_utc():
        return microseconds_of(value)
    if zone is not None:
        offset = value.utcoffset()
        if offset is not None:
            instant = microseconds_of(value) - (
                delta_days(offset) * DAY
                + delta_seconds(offset) * SECOND
                + delta_microseconds(offset)
            )
            if instant < FIRST_MICROSECOND or instant > LAST_MICROSECOND:
                raise OverflowError("date value out of range")
            return instant
    return microseconds_of(value.astimezone(timezone.utc))


cdef inline int64_t time_of_day(object value) except? -1:
    """Microseconds since midnight of a time, or anything with its attributes."""
    if is_time(value):
        return (
            (time_hour(value) * 3600 + time_minute(value) * 60 + time_second(value)) * SECOND
            + time_microsecond(value)
        )
    return (
        (<int64_t>value.hour * 3600 + <int64_t>value.minute * 60 + <int64_t>value.second) * SECOND
        + <int64_t>value.microsecond
    )


cdef inline object owned(PyObject *value):
    """The object that a new reference is to."""
    cdef object result = <object>value
    Py_DECREF(result)
    return result


cdef object decode_time_of_day(int64_t microseconds, object zone):
    if microseconds < 0 or microseconds > DAY:
        raise ProtocolError(f"a time of day of {microseconds} microseconds")
    cdef int seconds = <int>(microseconds // SECOND)
    return datetime_new_time(
        seconds // 3600, seconds // 60 % 60, seconds % 60,
        <int>(microseconds - seconds * SECOND), zone,
    )


cdef class DateCodec(Codec):
    """date; date.max and date.min are infinity and -infinity."""

    def __cinit__(self):
        self.format = 1
        self.opcode = OP_DATE
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return decode_date(data, length)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef int64_t days
        if is_date(value):
            days = days_from_civil(year_of(value), month_of(value), day_of(value))
        else:
            days = <int64_t>value.toordinal() - 730120  # the ordinal of 1 January 2000
        if days == LAST_DAY:
            days = INT32_MAX
        elif days == FIRST_DAY:
            days = INT32_MIN
        cdef char *at = reserve(out, 8)
        write_int32(at, 4)
        write_int32(at + 4, <int32_t>days)
        return 0


cdef class TimestampCodec(Codec):
    """timestamp: datetimes without a time zone; a date is its midnight."""

    def __cinit__(self):
        self.format = 1
        self.opcode = OP_TIMESTAMP
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return owned(decode_timestamp(data, length))

    cdef int encode(self, WriteBuffer out, object value) except -1:
        if is_datetime(value):
            if <object>zone_of(value) is not None and value.utcoffset() is not None:
                raise TypeError("can't subtract offset-naive and offset-aware datetimes")
            return put_timestamp(out, microseconds_of(value))
        if is_date(value):
            return put_timestamp(
                out, days_from_civil(year_of(value), month_of(value), day_of(value)) * DAY
            )
        refuse_timestamp_argument(value)
        return 0


cdef class TimestamptzCodec(Codec):
    """timestamptz: decoded to UTC; datetimes without a time zone, and dates, are local."""

    def __cinit__(self):
        self.format = 1
        self.opcode = OP_TIMESTAMPTZ
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        return owned(decode_timestamptz(data, length, NULL))

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef int64_t naive
        if is_datetime(value):
            if <object>zone_of(value) is None:
                # Local time cannot be asked for at the ends of Python's calendar.
                naive = microseconds_of(value)
                if naive == LAST_MICROSECOND or naive == FIRST_MICROSECOND:
                    return put_timestamp(out, naive)
            return put_timestamp(out, instant_of(value))
        if is_date(value):
            return put_timestamp(out, local_midnight(value))
        refuse_timestamp_argument(value)
        return 0


cdef class TimeCodec(Codec):
    """time without time zone."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        if length != 8:
            refuse_length("time", length)
        return decode_time_of_day(read_int64(data), None)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        return put_int64_value(out, time_of_day(value))


cdef class TimetzCodec(Codec):
    """time with time zone: an offset, which PostgreSQL counts to the west."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        if length != 12:
            refuse_length("timetz", length)
        cdef int64_t west = read_int32(data + 8)
        if west <= -86400 or west >= 86400:
            raise ProtocolError(f"a time zone {west} seconds west of Greenwich")
        return decode_time_of_day(
            read_int64(data),
            <object>datetime_utc() if west == 0 else fixed_zone(new_delta(0, <int>-west, 0)),
        )

    cdef int encode(self, WriteBuffer out, object value) except -1:
        offset = value.tzinfo.utcoffset(None)
        cdef int64_t east = <int64_t>offset.days * 86400 + <int64_t>offset.seconds
        cdef int64_t clock = time_of_day(value)
        cdef char *at = reserve(out, 16)
        write_int32(at, 12)
        write_int64(at + 4, clock)
        write_int32(at + 12, <int32_t>-east)
        return 0
