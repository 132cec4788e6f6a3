"""Prepared statements: how their arguments become Bind messages."""

from cpython.object cimport PyObject
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.stdint cimport int16_t

from pgstride.core.buffer cimport (
    WriteBuffer,
    put_byte,
    put_cstring,
    put_int16,
    put_int32,
    put_object,
)
from pgstride.core.codec cimport Codec
from pgstride.core.messages cimport begin_message, end_message, put_execute, put_sync
from pgstride.core.rows cimport RowDecoder

from collections.abc import Sequence

from pgstride.core.rows import Record
from pgstride.exceptions import DataError, InterfaceError

# Bind counts its parameters in 16 bits, which poolers may take for signed: more
# arguments could be read as fewer, and their bytes as messages (CVE-2024-27304).
cdef Py_ssize_t MOST_PARAMETERS = 32767

# As asyncpg shows it, to the character.
cdef Py_ssize_t SHOWN_ARGUMENT = 40


cdef class Statement:
    """A statement that the server has parsed under `name` (b'': the unnamed one).

    What does not depend on the arguments is built once: the head of Bind, the
    codes of the result's formats, and, where there are no parameters, the whole
    of Bind, Execute and Sync. `decoder` is None when there are no rows.
    """

    def __cinit__(
        self,
        str query not None,
        bytes name not None,
        tuple parameter_codecs not None,
        RowDecoder decoder,
    ):
        self.query = query
        self.name = name
        self.parameter_codecs = parameter_codecs
        self.parameter_count = len(parameter_codecs)
        self.decoder = decoder
        self.decoders_by_class = {}
        check_argument_count(self.parameter_count)
        self.bind_head = self._bind_head()
        self.result_formats = format_codes(decoder.codecs if decoder is not None else ())
        if self.parameter_count == 0:
            out = WriteBuffer()
            self.put_bind(out, b"", ())
            put_execute(out, b"", 0)
            put_sync(out)
            self.bind_execute_sync = out.take()

    def close(self):
        """The server no longer has it, or soon will not."""
        self.closed = True

    cdef RowDecoder decoder_for(self, object record_class):
        """The decoder that makes records of this class (None: Record)."""
        if record_class is None or self.decoder is None:
            return self.decoder
        found = self.decoders_by_class.get(record_class)
        if found is None:
            check_record_class(record_class)
            found = self.decoder.for_class(record_class)
            self.decoders_by_class[record_class] = found
        return <RowDecoder>found

    cdef int put_bind(self, WriteBuffer out, bytes portal, tuple arguments) except -1:
        """Bind the arguments to a portal (b'': the unnamed one)."""
        cdef Py_ssize_t begun = begin_message(out, b"B")
        put_cstring(out, portal)
        put_object(out, self.bind_head)
        self.put_arguments(out, arguments)
        put_object(out, self.result_formats)
        return end_message(out, begun)

    cdef int put_bind_execute_sync(
        self, WriteBuffer out, tuple arguments, int limit
    ) except -1:
        """Bind, Execute up to `limit` rows (0: all), Sync."""
        if limit == 0 and self.bind_execute_sync is not None and not PyTuple_GET_SIZE(arguments):
            return put_object(out, self.bind_execute_sync)
        self.put_bind(out, b"", arguments)
        put_execute(out, b"", limit)
        return put_sync(out)

    cdef int put_execution(
        self, WriteBuffer out, object arguments, Py_ssize_t element
    ) except -1:
        """Bind and Execute for one element of a sequence of arguments."""
        if not isinstance(arguments, (tuple, list)):
            arguments = arguments_of_element(arguments, element)
        cdef Py_ssize_t begun = begin_message(out, b"B")
        put_byte(out, 0)
        put_object(out, self.bind_head)
        self.put_arguments(out, tuple(arguments), element)
        put_object(out, self.result_formats)
        end_message(out, begun)
        return put_execute(out, b"", 0)

    cdef int put_arguments(
        self, WriteBuffer out, tuple arguments, Py_ssize_t element=-1
    ) except -1:
        """The values; raises DataError for one that its type cannot take."""
        cdef Py_ssize_t i = 0
        cdef PyObject *value
        self.check_count(PyTuple_GET_SIZE(arguments))
        if out.in_use:
            raise InterfaceError("cannot perform operation: another operation is in progress")
        out.in_use = True
        try:
            for i in range(self.parameter_count):
                value = PyTuple_GET_ITEM(arguments, i)
                if <object>value is None:
                    put_int32(out, -1)
                else:
                    (<Codec>PyTuple_GET_ITEM(self.parameter_codecs, i)).encode(out, <object>value)
        except (MemoryError, InterfaceError):
            raise
        except Exception as error:
            raise invalid_argument(i, arguments[i], error, element) from error
        finally:
            out.in_use = False
        return 0

    cdef int check_count(self, Py_ssize_t given) except -1:
        if given != self.parameter_count:
            raise InterfaceError(
                f"the server expects {self.parameter_count} "
                f"argument{'' if self.parameter_count == 1 else 's'} for this query, "
                f"{given} {'was' if given == 1 else 'were'} passed",
                hint="Check the query against the passed list of arguments.",
            )
        return 0

    def _bind_head(self):
        """Statement, parameter formats and their number, after Bind's portal."""
        out = WriteBuffer()
        put_cstring(out, self.name)
        put_object(out, format_codes(self.parameter_codecs))
        put_int16(out, <int16_t>self.parameter_count)
        return out.take()


def check_record_class(record_class):
    """Raise InterfaceError unless records can be of this class."""
    if not (isinstance(record_class, type) and issubclass(record_class, Record)):
        raise InterfaceError(
            f"record_class is expected to be a subclass of pgstride.Record, got {record_class!r}"
        )
    if record_class.__new__ is not Record.__new__ or record_class.__init__ is not Record.__init__:
        raise InterfaceError("record_class must not redefine __new__ or __init__")


cdef bytes format_codes(tuple codecs):
    """Bind's format codes: one for all where they are the same."""
    out = WriteBuffer()
    formats = [(<Codec?>codec).format for codec in codecs]
    if len(set(formats)) == 1:
        formats = formats[:1]
    put_int16(out, <int16_t>len(formats))
    for code in formats:
        put_int16(out, code)
    return out.take()


cdef object arguments_of_element(object element, Py_ssize_t position):
    if not isinstance(element, Sequence) or isinstance(element, (str, bytes)):
        raise DataError(
            f"invalid input in executemany() argument sequence element #{position}: "
            f"expected a sequence, got {type(element).__name__}"
        )
    return element


cdef object invalid_argument(
    Py_ssize_t position, object value, object error, Py_ssize_t element
):
    where = "" if element < 0 else f" in element #{element} of executemany() sequence"
    shown = repr(value)
    if len(shown) > SHOWN_ARGUMENT:
        shown = shown[:SHOWN_ARGUMENT] + "..."
    return DataError(f"invalid input for query argument ${position + 1}{where}: {shown} ({error})")


cdef bytes encode_text(str text):
    """Text for the server; raises ValueError for what its strings cannot hold."""
    encoded = text.encode("utf-8")
    if b"\0" in encoded:
        raise ValueError("text for the server cannot contain a null character")
    return encoded


def check_argument_count(Py_ssize_t count):
    """Raise InterfaceError for more arguments than a statement can have."""
    if count > MOST_PARAMETERS:
        raise InterfaceError(f"the number of query arguments cannot exceed {MOST_PARAMETERS}")
