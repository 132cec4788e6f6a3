/* Python's datetime types, as their C interface has them. */
#ifndef PGSTRIDE_DATETIMES_H
#define PGSTRIDE_DATETIMES_H

#include <Python.h>
#include <datetime.h>

/* Each module that uses the interface has a pointer to it of its own. */
static inline int datetime_ready(void) {
    if (PyDateTimeAPI == NULL) {
        PyDateTime_IMPORT;
    }
    return PyDateTimeAPI == NULL ? -1 : 0;
}

static inline PyObject *datetime_utc(void) { return PyDateTime_TimeZone_UTC; }

static inline PyObject *datetime_new(
    int year, int month, int day, int hour, int minute, int second, int us, PyObject *zone) {
    return PyDateTimeAPI->DateTime_FromDateAndTime(
        year, month, day, hour, minute, second, us, zone, PyDateTimeAPI->DateTimeType);
}

static inline PyObject *datetime_new_time(
    int hour, int minute, int second, int us, PyObject *zone) {
    return PyDateTimeAPI->Time_FromTime(hour, minute, second, us, zone, PyDateTimeAPI->TimeType);
}

#endif
