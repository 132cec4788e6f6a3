"""COPY: its operations, and rows in its binary format.

https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
"""

from cpython.tuple cimport PyTuple_GET_ITEM
from libc.stdint cimport int16_t, int32_t

from pgstride.core.buffer cimport (
    WriteBuffer,
    put_byte,
    put_bytes,
    put_int16,
    put_int32,
    put_object,
    reserve,
)
from pgstride.core.codec cimport Codec
from pgstride.core.messages cimport check_copy, command_tag
from pgstride.core.operations cimport Operation
from pgstride.core.wire cimport write_int32

from pgstride.exceptions import InterfaceError, InternalClientError, ProtocolError

# Signature, flags, and the length of an extension that there is not.
cdef bytes BINARY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)

# The kind and length of a CopyData message.
cdef Py_ssize_t DATA_HEAD = 5


cdef class CopyIn(Operation):
    """COPY FROM STDIN, by Query: data may follow before the server has agreed.

    What follows an error is ignored by the server.
    """

    def __cinit__(self, waiter, str query):
        self.waiter = waiter
        self.query = query
        self.executes = True
        self.takes_copy = True
        self.skipping = True

    cdef int handle(self, char kind, const char *body, Py_ssize_t size) except -1:
        if kind == b"G" and not self.accepted:  # CopyInResponse
            check_copy(kind, body, size)
            self.accepted = True
        elif kind == b"C" and self.accepted and self.tag is None:  # CommandComplete
            self.tag = command_tag(body, size)
        else:
            self.unexpected(kind)
        return 0

    cdef object outcome(self):
        if self.tag is None:
            raise ProtocolError("ReadyForQuery before the copy was complete")
        return self.tag.decode()


cdef class CopyOut(Operation):
    """COPY TO STDOUT, by Query: the data is gathered until it is taken."""

    def __cinit__(self, waiter, str query):
        self.waiter = waiter
        self.query = query
        self.executes = True
        self.data = WriteBuffer()

    @property
    def size(self):
        """The number of bytes that have come and not been taken."""
        return self.data.length

    def take(self):
        """The bytes that have come."""
        return self.data.take()

    def wait(self, reader):
        """Have the future `reader` done when there is data, or `wake` is called."""
        self.reader = reader
        return reader

    def wake(self, _=None):
        """There is data, or there will be none any more."""
        reader, self.reader = self.reader, None
        if reader is not None and not reader.done():
            reader.set_result(None)

    cdef int handle(self, char kind, const char *body, Py_ssize_t size) except -1:
        if kind == b"H" and not self.accepted:  # CopyOutResponse
            check_copy(kind, body, size)
            self.accepted = True
        elif kind == b"d" and self.accepted and not self.finished:  # CopyData
            if not self.skipping:
                put_bytes(self.data, body, size)
                if self.reader is not None:
                    self.wake()
        elif kind == b"c" and self.accepted and not self.finished:  # CopyDone
            check_copy(kind, body, size)
            self.finished = True
        elif kind == b"C" and self.finished and self.tag is None:  # CommandComplete
            self.tag = command_tag(body, size)
        else:
            self.unexpected(kind)
        return 0

    cdef object outcome(self):
        if self.tag is None:
            raise ProtocolError("ReadyForQuery before the copy was complete")
        return self.tag.decode()


cdef class CopyRows:
    """Encodes rows as the data of COPY … FROM STDIN (FORMAT binary), in CopyData messages.

    `codecs` are the columns'; raises InternalClientError for one that has no
    binary format.
    """

    def __cinit__(self, tuple codecs not None):
        cdef Codec codec
        for codec in codecs:
            if codec.format != 1:
                raise InternalClientError(
                    f"no binary format encoder for type {codec.name} (OID {codec.oid})"
                )
        self.codecs = codecs
        self.columns = len(codecs)
        self.data = WriteBuffer()
        self.begin()
        put_object(self.data, BINARY_HEADER)

    @property
    def size(self):
        """The number of bytes that have been encoded and not been taken."""
        return self.data.length

    def add(self, row):
        """Encode a row: anything that has its values by position.

        Raises what the columns' codecs raise for values that they cannot take.
        """
        self.put_row(row)

    def add_until(self, iterator, Py_ssize_t size):
        """Encode rows until there are `size` bytes; returns whether there may be more rows."""
        while self.data.length < size:
            try:
                row = next(iterator)
            except StopIteration:
                return False
            self.put_row(row)
        return True

    def end(self):
        """Write the mark that ends the data."""
        put_int16(self.data, -1)

    def take(self):
        """What has been encoded: one CopyData message."""
        cdef bytes taken
        write_int32(self.data.data + 1, <int32_t>(self.data.length - 1))
        taken = self.data.take()
        self.begin()
        return taken

    cdef int begin(self) except -1:
        put_byte(self.data, b"d")
        reserve(self.data, DATA_HEAD - 1)
        return 0

    cdef int put_row(self, object row) except -1:
        cdef Py_ssize_t i
        cdef object value
        if self.data.in_use:
            raise InterfaceError("cannot perform operation: another operation is in progress")
        # Encoding may run any code of the application's.
        self.data.in_use = True
        try:
            put_int16(self.data, <int16_t>self.columns)
            for i in range(self.columns):
                value = row[i]
                if value is None:
                    put_int32(self.data, -1)
                else:
                    (<Codec>PyTuple_GET_ITEM(self.codecs, i)).encode(self.data, value)
        finally:
            self.data.in_use = False
        return 0
