"""Decoders of date, timestamp and timestamptz, inline for the loops over rows and arrays.

Days become year, month and day by arithmetic on whole 400-year eras that begin
on 1 March, so that the leap day is an era's last and every month's first day is
a linear function of its number.
"""

from cpython.object cimport PyObject
from libc.stdint cimport INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, int32_t, int64_t, uint32_t

from pgstride.core.codec cimport refuse_length
from pgstride.core.wire cimport read_int32, read_int64


cdef extern from "datetimes.h":
    int datetime_ready() except -1
    PyObject *datetime_utc()
    object datetime_new(
        int year, int month, int day, int hour, int minute, int second, int us, object zone
    )
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
    """The date that is `days` after 1 January 2000; FIRST_DAY <= days <= LAST_DAY."""
    cdef Civil civil
    cdef uint32_t since = <uint32_t>(days + DAYS_BEFORE_EPOCH)
    cdef uint32_t era = since // DAYS_IN_ERA
    cdef uint32_t day_of_era = since - era * DAYS_IN_ERA
    cdef uint32_t year_of_era = (
        day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096
    ) // 365
    cdef uint32_t day_of_year = day_of_era - (
        365 * year_of_era + year_of_era // 4 - year_of_era // 100
    )
    cdef uint32_t month = (5 * day_of_year + 2) // 153  # 0 is March
    civil.day = <int>(day_of_year - (153 * month + 2) // 5 + 1)
    civil.month = <int>(month + 3 if month < 10 else month - 9)
    civil.year = <int>(year_of_era + era * 400 + (civil.month <= 2))
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


cdef inline object timestamp_value(int64_t microseconds, object zone):
    """The datetime that is `microseconds` after 1 January 2000.

    Infinity is the last that Python knows, and -infinity the first, both
    without a time zone, because other zones could not hold them.
    """
    cdef int64_t day_length = 86400000000
    cdef int64_t days, in_day
    cdef uint32_t second_of_day
    cdef Civil civil
    datetime_ready()
    if microseconds == INT64_MAX:
        return datetime_new(9999, 12, 31, 23, 59, 59, 999999, None)
    if microseconds == INT64_MIN:
        return datetime_new(1, 1, 1, 0, 0, 0, 0, None)
    days = microseconds // day_length
    in_day = microseconds - days * day_length
    if in_day < 0:  # the division is C's, and truncates
        days -= 1
        in_day += day_length
    if days < FIRST_DAY or days > LAST_DAY:
        return refuse_timestamp(microseconds)
    civil = civil_from_days(days)
    second_of_day = <uint32_t>(in_day // 1000000)
    return datetime_new(
        civil.year, civil.month, civil.day,
        second_of_day // 3600, second_of_day // 60 % 60, second_of_day % 60,
        <int>(in_day - <int64_t>second_of_day * 1000000), zone,
    )


cdef inline object decode_timestamp(const char *data, Py_ssize_t length):
    if length != 8:
        refuse_length("timestamp", length)
    return timestamp_value(read_int64(data), None)


cdef inline object decode_timestamptz(const char *data, Py_ssize_t length):
    if length != 8:
        refuse_length("timestamptz", length)
    datetime_ready()
    return timestamp_value(read_int64(data), <object>datetime_utc())
