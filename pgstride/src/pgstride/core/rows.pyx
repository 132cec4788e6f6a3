"""Records, and the loop that makes them of DataRow messages.

The loop is the driver's hottest path. Values that have shared objects come first,
by one look-up for all their types (`shared_values.h`); the commonest other types
are decoded inline, by a switch over an opcode per column. New references are held
in C pointers, and no module globals are touched.
"""

from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdint cimport int64_t, uint64_t

from pgstride.codecs.datetimes cimport decode_date, decode_timestamp, decode_timestamptz
from pgstride.core.codec cimport (
    OP_BOOL,
    OP_BYTEA,
    OP_CHAR,
    OP_DATE,
    OP_FLOAT4,
    OP_FLOAT8,
    OP_INT2,
    OP_INT4,
    OP_INT8,
    OP_OID,
    OP_TEXT,
    OP_TIMESTAMP,
    OP_TIMESTAMPTZ,
    Codec,
    refuse_length,
)
from pgstride.core.kept_values cimport (
    KeptValues,
    kept_floats,
    kept_instants,
    kept_integers,
    kept_texts,
)
from pgstride.core.wire cimport (
    MESSAGE_HEAD,
    read_float4,
    read_float8,
    read_int16,
    read_int32,
    read_int64,
    read_uint32,
)

from pgstride.exceptions import ProtocolError


cdef extern from "values.h":
    PyObject **SHARED_INTS
    int64_t SHARED_INT_LOWEST
    uint64_t SHARED_INT_COUNT
    PyObject *value_int(int64_t value, KeptValues *kept) except NULL
    PyObject *value_text(const char *data, Py_ssize_t length, KeptValues *kept) except NULL
    PyObject *value_float(double value, KeptValues *kept) except NULL


cdef extern from "shared_values.h":
    SharedValues shared_values_none()
    bint shared_values_exist(SharedValues values)
    SharedValues shared_values(
        int width, bint is_signed, int64_t lowest, uint64_t count, PyObject **objects
    )
    Py_ssize_t shared_values_run(
        const SharedValues *columns, Py_ssize_t i, Py_ssize_t count, PyObject **items,
        const char **at, const char *end
    )


cdef extern from *:
    """
    static inline PyObject *none_value(void) { Py_INCREF(Py_None); return Py_None; }
    """
    PyObject *none_value()
    PyObject *new_bytes "PyBytes_FromStringAndSize"(const char *data, Py_ssize_t size) except NULL
    void release "Py_DECREF"(PyObject *value)


cdef extern from "record.h":
    PyTypeObject RecordType
    PyTypeObject ContainerRecordType
    int record_initialise() except -1
    object record_descriptor(object names)
    PyObject *record_new(PyTypeObject *record_type, object descriptor) except NULL
    PyObject *record_new_plain(
        bint container, object descriptor, Py_ssize_t size
    ) except NULL
    void record_track(PyObject *record)
    PyObject **record_slots(PyObject *record)
    void record_put "record_set_item"(PyObject *record, Py_ssize_t position, PyObject *value)


record_initialise()
Record = <object>&RecordType

# The bytes of the message's type, length and number of columns.
cdef Py_ssize_t DATA_ROW_HEAD = 7


# The values of each byte as a bool and as a "char".
cdef PyObject *BOOLS[256]
cdef PyObject *CHARS[256]


cdef int make_shared_bytes() except -1:
    cdef object value
    cdef int byte
    for byte in range(256):
        value = True if byte else False
        BOOLS[byte] = <PyObject *>value
        value = bytes((byte,))
        Py_INCREF(value)
        CHARS[byte] = <PyObject *>value
    return 0


make_shared_bytes()


cdef SharedValues shared_values_of(Opcode opcode):
    if opcode == OP_BOOL:
        return shared_values(1, False, 0, 256, BOOLS)
    if opcode == OP_CHAR:
        return shared_values(1, False, 0, 256, CHARS)
    if opcode == OP_INT2:
        return shared_values(2, True, SHARED_INT_LOWEST, SHARED_INT_COUNT, SHARED_INTS)
    if opcode == OP_INT4:
        return shared_values(4, True, SHARED_INT_LOWEST, SHARED_INT_COUNT, SHARED_INTS)
    if opcode == OP_INT8:
        return shared_values(8, True, SHARED_INT_LOWEST, SHARED_INT_COUNT, SHARED_INTS)
    if opcode == OP_OID:
        return shared_values(4, False, SHARED_INT_LOWEST, SHARED_INT_COUNT, SHARED_INTS)
    return shared_values_none()


cdef class RowDecoder:
    """Makes records of a result's rows; one per statement and record class.

    `names` and `codecs` are the columns'; `record_class` is None for Record or
    a subclass of it.
    """

    def __cinit__(self, tuple names not None, tuple codecs not None, object record_class=None):
        cdef Codec codec
        cdef Py_ssize_t i
        cdef bint atomic = True
        if len(names) != len(codecs):
            raise ValueError("as many names as codecs are needed")
        for name in names:
            if type(name) is not str:
                raise TypeError(f"the name of a column must be a str, not {name!r}")
        self.names = names
        self.codecs = codecs
        self.count = len(codecs)
        self.descriptor = record_descriptor(names)
        self.shared = <SharedValues *>PyMem_Malloc(max(1, self.count) * sizeof(SharedValues))
        self.columns = <Column *>PyMem_Malloc(max(1, self.count) * sizeof(Column))
        if self.shared == NULL or self.columns == NULL:
            raise MemoryError
        for i in range(self.count):
            codec = <Codec?>codecs[i]
            self.shared[i] = shared_values_of(codec.opcode)
            self.columns[i].opcode = codec.opcode
            self.columns[i].shared = shared_values_exist(self.shared[i])
            self.columns[i].sign = 0x80000000 if codec.opcode == OP_INT4 else 0
            self.columns[i].codec = <PyObject *>codec
            atomic = atomic and codec.atomic
        self.record_type = &RecordType if atomic else &ContainerRecordType
        if record_class is not None and record_class is not Record:
            if not (isinstance(record_class, type) and issubclass(record_class, Record)):
                raise TypeError("record_class must be a subclass of Record")
            Py_INCREF(record_class)
            self.record_type = <PyTypeObject *>record_class

    def __dealloc__(self):
        if self.record_type != &RecordType and self.record_type != &ContainerRecordType:
            if self.record_type != NULL:
                Py_DECREF(<object>self.record_type)
        PyMem_Free(self.shared)
        PyMem_Free(self.columns)

    cdef RowDecoder for_class(self, object record_class):
        """The same decoder for another record class."""
        return RowDecoder(self.names, self.codecs, record_class)

    def decode(self, bytes data not None):
        """The records of the DataRow messages that `data` consists of.

        Raises ProtocolError where it holds anything else.
        """
        cdef list rows = []
        cdef Py_ssize_t done = self.consume(<const char *>data, len(data), rows, 0)
        if done != len(data):
            raise ProtocolError(f"DataRow: byte {done} does not begin a whole message")
        return rows

    cdef Py_ssize_t consume(
        self, const char *data, Py_ssize_t available, list rows, Py_ssize_t most
    ) except -1:
        """Decode the run of whole DataRow messages at `data` into `rows`.

        Stops at any other message, at one that has not arrived whole, and
        after `most` rows (0: no limit). Returns the number of bytes decoded.
        Nobody sees a record before it is complete: decoders may run any code.
        """
        cdef const char *at = data
        cdef const char *end = data + available
        cdef const char *value
        cdef const char *after
        cdef Py_ssize_t i, length
        cdef bint container = self.record_type != &RecordType
        cdef PyObject *record = NULL
        cdef Py_ssize_t made = 0
        try:
            while end - at >= MESSAGE_HEAD and at[0] == b"D":
                length = read_int32(at + 1)
                if length < DATA_ROW_HEAD - 1:
                    raise ProtocolError(f"DataRow: impossible length {length}")
                if end - at <= length:
                    break
                if read_int16(at + 5) != self.count:
                    raise ProtocolError(
                        f"DataRow: {read_int16(at + 5)} columns where RowDescription "
                        f"announced {self.count}"
                    )
                if self.record_type == &RecordType:
                    record = record_new_plain(False, self.descriptor, self.count)
                elif self.record_type == &ContainerRecordType:
                    record = record_new_plain(True, self.descriptor, self.count)
                else:
                    record = record_new(self.record_type, self.descriptor)
                value = at + DATA_ROW_HEAD
                after = at + 1 + length
                i = shared_values_run(
                    self.shared, 0, self.count, record_slots(record), &value, after
                )
                if i < self.count or value < after or container:
                    self.fill(record, i, value, after)
                rows.append(<object>record)
                release(record)
                record = NULL
                at = after
                made += 1
                if made == most:
                    break
        except BaseException:
            if record != NULL:
                release(record)
            raise
        return at - data

    cdef int fill(
        self, PyObject *record, Py_ssize_t i, const char *at, const char *end
    ) except -1:
        """Decode the values between `at` and `end` into the record's items from `i` on."""
        cdef PyObject **items = record_slots(record)
        cdef Py_ssize_t size
        cdef Opcode opcode
        cdef int64_t raw
        cdef object value
        while i < self.count:
            if end - at < 4:
                raise ProtocolError(f"DataRow: ends before the length of column {i + 1}")
            size = read_int32(at)
            at += 4
            if size < 0:
                if size != -1:
                    raise ProtocolError(f"DataRow: column {i + 1} has length {size}")
                items[i] = none_value()
                i += 1
                continue
            if size > end - at:
                raise ProtocolError(
                    f"DataRow: column {i + 1} has length {size}, {end - at} bytes are left"
                )
            opcode = self.columns[i].opcode
            if opcode == OP_INT4 or opcode == OP_OID:
                if size != 4:
                    refuse_length("int4", size)
                raw = read_uint32(at)
                raw = (raw ^ self.columns[i].sign) - self.columns[i].sign
                items[i] = value_int(raw, kept_integers)
            elif opcode == OP_TEXT:
                items[i] = value_text(at, size, kept_texts)
            elif opcode == OP_INT8:
                if size != 8:
                    refuse_length("int8", size)
                items[i] = value_int(read_int64(at), kept_integers)
            elif opcode == OP_INT2:
                if size != 2:
                    refuse_length("int2", size)
                items[i] = value_int(read_int16(at), NULL)
            elif opcode == OP_BYTEA:
                items[i] = new_bytes(at, size)
            elif opcode == OP_FLOAT8:
                if size != 8:
                    refuse_length("float8", size)
                items[i] = value_float(read_float8(at), &kept_floats)
            elif opcode == OP_FLOAT4:
                if size != 4:
                    refuse_length("float4", size)
                items[i] = value_float(read_float4(at), &kept_floats)
            elif opcode == OP_TIMESTAMPTZ:
                items[i] = decode_timestamptz(at, size, &kept_instants)
            elif opcode == OP_TIMESTAMP:
                items[i] = decode_timestamp(at, size)
            elif opcode == OP_DATE:
                value = decode_date(at, size)
                Py_INCREF(value)
                items[i] = <PyObject *>value
            else:
                items[i] = self.decode_generic(i, at, size)
            at += size
            i += 1
            if i < self.count and self.columns[i].shared:
                i = shared_values_run(self.shared, i, self.count, items, &at, end)
        if at != end:
            raise ProtocolError(f"DataRow: {end - at} bytes are left after its last column")
        if self.record_type != &RecordType:
            record_track(record)
        return 0

    cdef PyObject *decode_generic(
        self, Py_ssize_t column, const char *data, Py_ssize_t size
    ) except NULL:
        cdef object value = (<Codec>self.columns[column].codec).decode(data, size)
        Py_INCREF(value)
        return <PyObject *>value


cdef object make_descriptor(tuple names):
    """What records with columns of these names share."""
    return record_descriptor(names)


cdef object new_record(object descriptor):
    """A record whose items must all be set, in any order, before it is finished."""
    cdef PyObject *record = record_new(&ContainerRecordType, descriptor)
    cdef object owned = <object>record
    release(record)
    return owned


cdef int set_record_item(object record, Py_ssize_t position, object value) except -1:
    """Set an item that has not been set before."""
    Py_INCREF(value)
    record_put(<PyObject *>record, position, <PyObject *>value)
    return 0


cdef int finish_record(object record) except -1:
    """The record is complete and may be handed out."""
    record_track(<PyObject *>record)
    return 0
