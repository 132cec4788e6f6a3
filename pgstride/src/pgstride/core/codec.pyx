"""What a codec is: one PostgreSQL type, decoded from and encoded to the wire."""


cdef class Codec:
    """Decodes and encodes the values of one type.

    `kind` is 'scalar', 'array', 'composite', 'range', 'multirange', 'domain'
    or 'enum'. `format` is the protocol's format code: 1 binary, 0 text.
    `atomic` says that a decoded value never holds other containers, so that
    it cannot take part in a reference cycle.
    """

    cdef object decode(self, const char *data, Py_ssize_t length):
        """The value in `length` bytes at `data`; NULL is the caller's business.

        Nothing of the result refers to `data`. Raises ProtocolError when the
        bytes are not a value of the type, and ValueError or OverflowError
        when Python's type cannot hold it.
        """
        raise NotImplementedError(f"type {self.name} cannot be decoded")

    cdef int encode(self, WriteBuffer out, object value) except -1:
        """Write the value, its length word first; `value` is not None.

        Raises TypeError, ValueError or OverflowError for a value that the
        type cannot take, in words that can follow "invalid input for query
        argument $1: 'abc'". What was written before is the caller's to undo.
        """
        raise NotImplementedError(f"type {self.name} cannot be encoded")

    def __repr__(self):
        return f"<Codec {self.schema}.{self.name} ({self.kind}, oid {self.oid})>"


cdef int refuse_length(str type_name, Py_ssize_t length) except -1:
    """Raise ProtocolError: `length` bytes are no value of the type."""
    from pgstride.exceptions import ProtocolError

    raise ProtocolError(f"a value of type {type_name} cannot have {length} bytes")
