/* UUID: a subclass of uuid.UUID that holds the 16 bytes as the server sends them.
 *
 * uuid.UUID is written in Python and holds an int: an instance costs an int and
 * two attributes to make, and its hash, comparisons and text run through
 * Python. Here all of that is C, the int is made when asked for, and ended
 * instances are kept for the next ones. A type in C can have a base class in
 * Python only if it is made at run time.
 */
#ifndef PGSTRIDE_UUID_TYPE_H
#define PGSTRIDE_UUID_TYPE_H

#include <Python.h>

#define UUID_SIZE 16
#define UUID_TEXT_SIZE 36

static PyTypeObject *uuid_base; /* uuid.UUID */
static PyTypeObject *uuid_type;
static PyObject *uuid_safety; /* uuid.SafeUUID.unknown */
static Py_ssize_t uuid_offset; /* of the bytes: behind what the base class has */

static inline unsigned char *uuid_bytes(PyObject *self) {
    return (unsigned char *)self + uuid_offset;
}

static inline int uuid_is_ours(PyObject *value) { return Py_TYPE(value) == uuid_type; }

/* -- making and ending instances -------------------------------------------- */

#define KEPT_UUIDS 1024

#ifdef Py_GIL_DISABLED
static inline PyObject *uuid_take_kept(void) { return NULL; }
static inline int uuid_keep(PyObject *self) { return 0; }
#else
static struct {
    PyObject *first; /* linked through the instances' bytes */
    int count;
} uuid_kept;

static inline PyObject *uuid_take_kept(void) {
    PyObject *self = uuid_kept.first;
    if (self == NULL) {
        return NULL;
    }
    memcpy(&uuid_kept.first, uuid_bytes(self), sizeof(PyObject *));
    uuid_kept.count--;
    _Py_NewReference(self);
    return self;
}

static inline int uuid_keep(PyObject *self) {
    if (uuid_kept.count >= KEPT_UUIDS) {
        return 0;
    }
    memcpy(uuid_bytes(self), &uuid_kept.first, sizeof(PyObject *));
    uuid_kept.first = self;
    uuid_kept.count++;
    return 1;
}
#endif

static PyObject *uuid_from_bytes(const char *data) {
    PyObject *self = uuid_take_kept();
    if (self == NULL) {
        self = uuid_type->tp_alloc(uuid_type, 0);
        if (self == NULL) {
            return NULL;
        }
        /* It refers to nothing but its class. */
        PyObject_GC_UnTrack(self);
    }
    memcpy(uuid_bytes(self), data, UUID_SIZE);
    return self;
}

static void uuid_dealloc(PyObject *self) {
    if (uuid_type->tp_weaklistoffset != 0) {
        PyObject_ClearWeakRefs(self);
    }
    if (!uuid_keep(self)) {
        PyTypeObject *type = Py_TYPE(self);
        PyObject_GC_Del(self);
        Py_DECREF(type);
    }
}

static int uuid_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static int uuid_clear(PyObject *self) { return 0; }

/* Takes what uuid.UUID takes. */
static PyObject *uuid_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *self = NULL;
    PyObject *plain = PyObject_Call((PyObject *)uuid_base, args, kwargs);
    if (plain == NULL) {
        return NULL;
    }
    PyObject *bytes = PyObject_GetAttrString(plain, "bytes");
    Py_DECREF(plain);
    if (bytes == NULL) {
        return NULL;
    }
    if (PyBytes_Check(bytes) && PyBytes_GET_SIZE(bytes) == UUID_SIZE) {
        self = uuid_from_bytes(PyBytes_AS_STRING(bytes));
    } else {
        PyErr_SetString(PyExc_TypeError, "uuid.UUID gave no 16 bytes");
    }
    Py_DECREF(bytes);
    return self;
}

/* The base class's would set the int. */
static int uuid_init(PyObject *self, PyObject *args, PyObject *kwargs) { return 0; }

/* -- attributes -------------------------------------------------------------- */

static PyObject *uuid_int_of(const unsigned char *bytes) {
#if PY_VERSION_HEX >= 0x030D0000
    return PyLong_FromUnsignedNativeBytes(bytes, UUID_SIZE, Py_ASNATIVEBYTES_BIG_ENDIAN);
#else
    return _PyLong_FromByteArray(bytes, UUID_SIZE, 0, 0);
#endif
}

/* The bytes of an int that uuid.UUID has found to have at most 128 bits. */
static int uuid_bytes_of_int(PyObject *number, char *out) {
#if PY_VERSION_HEX >= 0x030D0000
    int flags = Py_ASNATIVEBYTES_BIG_ENDIAN | Py_ASNATIVEBYTES_UNSIGNED_BUFFER;
    Py_ssize_t needed = PyLong_AsNativeBytes(number, out, UUID_SIZE, flags);
    if (needed > UUID_SIZE) {
        PyErr_SetString(PyExc_OverflowError, "int too big to convert");
        return -1;
    }
    return needed < 0 ? -1 : 0;
#else
    return _PyLong_AsByteArray((PyLongObject *)number, (unsigned char *)out, UUID_SIZE, 0, 0);
#endif
}

static PyObject *uuid_get_int(PyObject *self, void *closure) {
    return uuid_int_of(uuid_bytes(self));
}

static PyObject *uuid_get_bytes(PyObject *self, void *closure) {
    return PyBytes_FromStringAndSize((const char *)uuid_bytes(self), UUID_SIZE);
}

static PyObject *uuid_get_safety(PyObject *self, void *closure) {
    Py_INCREF(uuid_safety);
    return uuid_safety;
}

/* In hexadecimal, a hyphen before the bytes whose bits are set in `hyphens`. */
static PyObject *uuid_hexadecimal(PyObject *self, Py_ssize_t size, unsigned hyphens) {
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = uuid_bytes(self);
    PyObject *text = PyUnicode_New(size, 127);
    if (text == NULL) {
        return NULL;
    }
    char *out = (char *)PyUnicode_1BYTE_DATA(text);
    for (int i = 0; i < UUID_SIZE; i++) {
        if (hyphens >> i & 1) {
            *out++ = '-';
        }
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    return text;
}

static PyObject *uuid_get_hex(PyObject *self, void *closure) {
    return uuid_hexadecimal(self, 2 * UUID_SIZE, 0);
}

static PyObject *uuid_str(PyObject *self) {
    return uuid_hexadecimal(self, UUID_TEXT_SIZE, 1 << 4 | 1 << 6 | 1 << 8 | 1 << 10);
}

/* Equal to that of the equal uuid.UUID, which is its int's. */
static Py_hash_t uuid_hash(PyObject *self) {
    PyObject *number = uuid_int_of(uuid_bytes(self));
    if (number == NULL) {
        return -1;
    }
    Py_hash_t hash = PyObject_Hash(number);
    Py_DECREF(number);
    return hash;
}

static PyObject *uuid_compare(PyObject *self, PyObject *other, int operation) {
    if (uuid_is_ours(other)) {
        int order = memcmp(uuid_bytes(self), uuid_bytes(other), UUID_SIZE);
        Py_RETURN_RICHCOMPARE(order, 0, operation);
    }
    if (!PyObject_TypeCheck(other, uuid_base)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    PyObject *result = NULL;
    PyObject *number = uuid_int_of(uuid_bytes(self));
    PyObject *others = PyObject_GetAttrString(other, "int");
    if (number != NULL && others != NULL) {
        result = PyObject_RichCompare(number, others, operation);
    }
    Py_XDECREF(number);
    Py_XDECREF(others);
    return result;
}

/* As a uuid.UUID, so that programs without this package can read it. */
static PyObject *uuid_reduce(PyObject *self, PyObject *unused) {
    return Py_BuildValue(
        "O(Oy#)", uuid_base, Py_None, (const char *)uuid_bytes(self), (Py_ssize_t)UUID_SIZE);
}

static PyGetSetDef uuid_attributes[] = {
    {"int", uuid_get_int, NULL, "The UUID as an integer of 128 bits.", NULL},
    {"bytes", uuid_get_bytes, NULL, "The UUID as 16 bytes.", NULL},
    {"hex", uuid_get_hex, NULL, "The UUID as 32 hexadecimal digits.", NULL},
    {"is_safe", uuid_get_safety, NULL, "Always uuid.SafeUUID.unknown.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef uuid_methods[] = {
    {"__reduce__", uuid_reduce, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

/* -- the type ------------------------------------------------------------------ */

/* Makes the type; NULL with an exception. */
static PyObject *uuid_initialise(PyObject *base, PyObject *safety) {
    if (!PyType_Check(base) || ((PyTypeObject *)base)->tp_itemsize != 0) {
        PyErr_SetString(PyExc_TypeError, "uuid.UUID is not a class of a fixed size");
        return NULL;
    }
    PyType_Slot slots[] = {
        {Py_tp_new, (void *)uuid_new},
        {Py_tp_init, (void *)uuid_init},
        {Py_tp_dealloc, (void *)uuid_dealloc},
        {Py_tp_traverse, (void *)uuid_traverse},
        {Py_tp_clear, (void *)uuid_clear},
        {Py_tp_free, (void *)PyObject_GC_Del},
        {Py_tp_hash, (void *)uuid_hash},
        {Py_tp_richcompare, (void *)uuid_compare},
        {Py_tp_str, (void *)uuid_str},
        {Py_tp_getset, uuid_attributes},
        {Py_tp_methods, uuid_methods},
        {Py_tp_doc, "A uuid.UUID, made and compared faster."},
        {0, NULL},
    };
    Py_ssize_t size = ((PyTypeObject *)base)->tp_basicsize;
    PyType_Spec spec = {
        .name = "pgstride.codecs.uuids.UUID",
        .basicsize = (int)(size + UUID_SIZE),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
        .slots = slots,
    };
    PyObject *type = PyType_FromSpecWithBases(&spec, base);
    if (type == NULL) {
        return NULL;
    }
    uuid_offset = size;
    uuid_base = (PyTypeObject *)base;
    uuid_type = (PyTypeObject *)type;
    uuid_safety = safety;
    /* They live as long as the process. */
    Py_INCREF(base);
    Py_INCREF(type);
    Py_INCREF(safety);
    return type;
}

#endif
