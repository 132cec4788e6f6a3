/* Python's datetime types, as their C interface has them. */
#ifndef PGSTRIDE_DATETIMES_H
#define PGSTRIDE_DATETIMES_H

#include <Python.h>
#include <datetime.h>

#include "../core/kept_values.h"

/* Each module that uses the interface has a pointer to it of its own. */
static inline int datetime_ready(void) {
    if (PyDateTimeAPI == NULL) {
        PyDateTime_IMPORT;
    }
    return PyDateTimeAPI == NULL ? -1 : 0;
}

static inline PyObject *datetime_utc(void) { return PyDateTime_TimeZone_UTC; }

/* A datetime of parts that are known to be right; `zone` may be NULL. What
 * PyDateTime_FromDateAndTime checks and copies takes longer than all else that a
 * timestamp costs, so the fields, which the public header declares, are set here.
 * `kept`: where the memory of an ended one with a time zone may be had from. */
static inline PyObject *datetime_new(
    int year, int month, int day, int hour, int minute, int second, int us, PyObject *zone,
    KeptValues *kept) {
    PyTypeObject *type = PyDateTimeAPI->DateTimeType;
    PyDateTime_DateTime *made = (PyDateTime_DateTime *)kept_take(zone != NULL ? kept : NULL);
    if (made == NULL) {
        made = (PyDateTime_DateTime *)type->tp_alloc(type, zone != NULL);
        if (made == NULL) {
            return NULL;
        }
    }
    made->hashcode = -1;
    made->hastzinfo = zone != NULL;
    made->fold = 0;
    made->data[0] = (unsigned char)(year >> 8);
    made->data[1] = (unsigned char)year;
    made->data[2] = (unsigned char)month;
    made->data[3] = (unsigned char)day;
    made->data[4] = (unsigned char)hour;
    made->data[5] = (unsigned char)minute;
    made->data[6] = (unsigned char)second;
    made->data[7] = (unsigned char)(us >> 16);
    made->data[8] = (unsigned char)(us >> 8);
    made->data[9] = (unsigned char)us;
    if (zone != NULL) {
        Py_INCREF(zone);
        made->tzinfo = zone;
    }
    return (PyObject *)made;
}

static inline PyObject *datetime_new_time(
    int hour, int minute, int second, int us, PyObject *zone) {
    return PyDateTimeAPI->Time_FromTime(hour, minute, second, us, zone, PyDateTimeAPI->TimeType);
}

#endif
