"""The buffer that received bytes come into."""


cdef class ReceiveBuffer:
    cdef object storage
    cdef object window
    cdef char *received
    cdef Py_ssize_t start
    cdef Py_ssize_t end
    cdef Py_ssize_t capacity
    cdef Py_ssize_t window_start
    cdef bint was_filled

    cdef int note_received(self, Py_ssize_t size) except -1
    cdef int note_taken(self) except -1
    cdef int make_room(self) except -1
    cdef int settle_size(self) except -1
    cdef int resize(self, Py_ssize_t wanted) except -1
