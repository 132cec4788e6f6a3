"""Messages of the protocol, version 3: bodies parsed, and messages built."""

from pgstride.core.buffer cimport WriteBuffer


cdef str message_name(char kind)
cdef int check_tag(const char *body, Py_ssize_t size) except -1
cdef int check_copy(char kind, const char *body, Py_ssize_t size) except -1
cdef int check_row(const char *body, Py_ssize_t size) except -1
cdef bytes command_tag(const char *body, Py_ssize_t size)
cdef list parameter_oids(const char *body, Py_ssize_t size)
cdef list column_descriptions(const char *body, Py_ssize_t size)
cdef dict response_fields(str message, const char *body, Py_ssize_t size)
cdef tuple parameter_status(const char *body, Py_ssize_t size)
cdef tuple notification(const char *body, Py_ssize_t size)
cdef tuple negotiated(const char *body, Py_ssize_t size)
cdef int require_empty(char kind, Py_ssize_t size) except -1

cdef Py_ssize_t begin_message(WriteBuffer out, char kind) except -1
cdef int end_message(WriteBuffer out, Py_ssize_t begun) except -1
cdef int put_sync(WriteBuffer out) except -1
cdef int put_query(WriteBuffer out, bytes text) except -1
cdef int put_parse(WriteBuffer out, bytes name, bytes text) except -1
cdef int put_describe_statement(WriteBuffer out, bytes name) except -1
cdef int put_execute(WriteBuffer out, bytes portal, int limit) except -1
cdef int put_close(WriteBuffer out, char what, bytes name) except -1
cdef int put_bind_nothing(WriteBuffer out) except -1
cdef int put_copy_fail(WriteBuffer out, bytes reason) except -1
cdef int put_copy_done(WriteBuffer out) except -1
cdef int put_terminate(WriteBuffer out) except -1
