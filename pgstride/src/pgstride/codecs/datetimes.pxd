"""Decoders of date, timestamp and timestamptz, inline for the loops over rows and arrays.

Days become year, month and day by arithmetic on whole 400-year eras that begin
on 1 March, so that the leap day is an era's last and every month's first day is
a linear function of its number.
"""

from cpython.object cimport PyObject
from libc.stdint cimport (
    INT32_MAX,
    INT32_MIN,
    INT64_MAX,
    INT64_MIN,
    int32_t,
    int64_t,
    uint32_t,
    uint64_t,
)

from pgstride.core.codec cimport refuse_length
from pgstride.core.kept_values cimport KeptValues
from pgstride.core.wire cimport read_int32, read_int64


cdef extern from "datetimes.h":
    int datetime_ready() except -1
    PyObject *datetime_utc()
    PyObject *datetime_new(
        int year, int month, int day, int hour, int minute, int second, int us, PyObject *zone,
        KeptValues *kept
    ) except NULL
    object datetime_new_time(int hour, int minute, int second, int us, object zone)
    object new_date "PyDate_FromDate"(int year, int month, int day)


cdef struct Civil:
    int year
    int month
    int day


cdef enum:
    # From 1 March of the year 0, where eras begin, to 1 January 2000.
    DAYS_BEFORE_EPOCH = 730425
    DAYS_IN_ERA = 146097
    # What Python's dates can hold: the years 1 to 9999.
    FIRST_DAY = -730119
    LAST_DAY = 2921939

# What Python's dates cannot hold is refused by them, in their words.
cdef object refuse_date(int64_t days)
cdef object refuse_timestamp(int64_t microseconds)


cdef inline Civil civil_from_days(int64_t days) noexcept:
    """The date that is `days` after 1 January 2000; FIRST_DAY <= days <= LAST_DAY.

    Neri and Schneider, "Euclidean affine functions and their application to
    calendar algorithms" (2022): quotients and remainders by multiplication.
    """
    cdef Civil civil
    cdef uint32_t in_centuries = 4 * <uint32_t>(days + DAYS_BEFORE_EPOCH) + 3
    cdef uint32_t century = in_centuries // DAYS_IN_ERA
    cdef uint32_t in_years = (in_centuries - century * DAYS_IN_ERA) | 3
    cdef uint64_t years = <uint64_t>2939745 * in_years  # 2³² ÷ 1461
    cdef uint32_t day_of_year = <uint32_t>years // 2939745 // 4
    cdef uint32_t in_months = 2141 * day_of_year + 197913  # 2¹⁶ ÷ 30.6; from March on
    cdef uint32_t month = in_months >> 16
    cdef bint next_year = day_of_year >= 306  # from 1 January on
    civil.year = <int>(100 * century + <uint32_t>(years >> 32)) + next_year
    civil.month = <int>month - (12 if next_year else 0)
    civil.day = <int>((in_months & 0xFFFF) // 2141) + 1
    return civil


cdef inline object decode_date(const char *data, Py_ssize_t length):
    """Infinity is the last day that Python knows, and -infinity the first."""
    if length != 4:
        refuse_length("date", length)
    cdef int64_t days = read_int32(data)
    if days < FIRST_DAY or days > LAST_DAY:
        if days == INT32_MAX:
            days = LAST_DAY
        elif days == INT32_MIN:
            days = FIRST_DAY
        else:
            return refuse_date(days)
    datetime_ready()
    cdef Civil civil = civil_from_days(days)
    return new_date(civil.year, civil.month, civil.day)


cdef inline PyObject *timestamp_value(
    int64_t microseconds, PyObject *zone, KeptValues *kept
) except NULL:
    """The datetime that is `microseconds` after 1 January 2000; `zone` may be NULL.

    Infinity is the last that Python knows, and -infinity the first, both
    without a time zone, because other zones could not hold them.
    """
    cdef int64_t day_length = 86400000000
    cdef int64_t days, in_day
    cdef uint32_t second_of_day
    cdef Civil civil
    if microseconds == INT64_MAX:
        return datetime_new(9999, 12, 31, 23, 59, 59, 999999, NULL, NULL)
    if microseconds == INT64_MIN:
        return datetime_new(1, 1, 1, 0, 0, 0, 0, NULL, NULL)
    days = microseconds // day_length
    in_day = microseconds - days * day_length
    if in_day < 0:  # the division is C's, and truncates
        days -= 1
        in_day += day_length
    if days < FIRST_DAY or days > LAST_DAY:
        refuse_timestamp(microseconds)
    civil = civil_from_days(days)
    second_of_day = <uint32_t>(in_day // 1000000)
    return datetime_new(
        civil.year, civil.month, civil.day,
        second_of_day // 3600, second_of_day // 60 % 60, second_of_day % 60,
        <int>(in_day - <int64_t>second_of_day * 1000000), zone, kept,
    )


cdef inline PyObject *decode_timestamp(const char *data, Py_ssize_t length) except NULL:
    """A new reference."""
    if length != 8:
        refuse_length("timestamp", length)
    datetime_ready()
    return timestamp_value(read_int64(data), NULL, NULL)


cdef inline PyObject *decode_timestamptz(
    const char *data, Py_ssize_t length, KeptValues *kept
) except NULL:
    """A new reference; `kept` is where the memory of an ended datetime may be had from, or NULL."""
    if length != 8:
        refuse_length("timestamptz", length)
    datetime_ready()
    return timestamp_value(read_int64(data), datetime_utc(), kept)
