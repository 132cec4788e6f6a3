"""The buffer that received bytes come into.

It starts small, since most connections see small answers, doubles whenever a
read has filled it, and falls back after a large answer.
"""

from cpython.bytearray cimport PyByteArray_AS_STRING, PyByteArray_FromStringAndSize
from libc.string cimport memcpy, memmove

cdef Py_ssize_t SMALLEST_BUFFER = 16 * 1024
cdef Py_ssize_t USUAL_BUFFER = 256 * 1024


cdef class ReceiveBuffer:
    """Bytes from `start` to `end` have been received and are not taken yet."""

    def __cinit__(self, *arguments, **keywords):
        self.resize(SMALLEST_BUFFER)

    def get_buffer(self, Py_ssize_t size_hint):
        """Where the next received bytes go: a writable buffer that is never empty."""
        if self.end == self.capacity:
            self.make_room()
        if self.window is None or self.window_start != self.end:
            self.window = memoryview(self.storage)[self.end :]
            self.window_start = self.end
        return self.window

    cdef int note_received(self, Py_ssize_t size) except -1:
        """`size` bytes more are in what `get_buffer` gave."""
        self.end += size
        if self.end == self.capacity:
            self.was_filled = True
        return 0

    cdef int note_taken(self) except -1:
        """What had been received is taken, as far as it could be."""
        if self.start == self.end:
            self.start = self.end = 0
            if self.was_filled or self.capacity > USUAL_BUFFER:
                self.settle_size()
        return 0

    cdef int make_room(self) except -1:
        """Move what is unread to the front, and grow where that is not enough."""
        cdef Py_ssize_t unread = self.end - self.start
        if self.start > self.capacity // 2:
            memmove(self.received, self.received + self.start, unread)
            self.start = 0
            self.end = unread
            return 0
        # Doubling follows the bytes that have come, not the length that a
        # message declares: a hostile one gets no memory by declaring it.
        return self.resize(self.capacity * 2)

    cdef int settle_size(self) except -1:
        """Between answers: twice the size after a read has filled it, within the usual."""
        self.was_filled = False
        return self.resize(min(self.capacity * 2, USUAL_BUFFER))

    cdef int resize(self, Py_ssize_t wanted) except -1:
        """A new buffer; one that is still exported stays valid for its holder."""
        cdef object storage = PyByteArray_FromStringAndSize(NULL, wanted)
        cdef Py_ssize_t unread = self.end - self.start
        if unread:
            memcpy(PyByteArray_AS_STRING(storage), self.received + self.start, unread)
        self.storage = storage
        self.received = PyByteArray_AS_STRING(storage)
        self.capacity = wanted
        self.start = 0
        self.end = unread
        self.window = None
        return 0
