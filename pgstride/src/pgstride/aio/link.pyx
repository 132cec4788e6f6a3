"""A frontend on an asyncio transport: asyncio's calls, and sending.

What is called for every query is compiled, here and in the modules above; the
rest of the front end is Python.
"""

from pgstride.core.copying cimport CopyOut
from pgstride.core.frontend cimport Frontend

import os
from asyncio import _get_running_loop as get_running_loop

from pgstride.exceptions import ConnectionDoesNotExistError, InterfaceError

cdef extern from "direct_send.h":
    Py_ssize_t direct_send(int descriptor, const char *data, Py_ssize_t size)

# How many bytes of COPY TO STDOUT wait for the one who takes them, at most, and
# one read more.
cdef Py_ssize_t MOST_COPIED = 256 * 1024

# How many forks lie between this process and the first one that has loaded us.
cdef long forks = 0


def _forked():
    global forks
    forks += 1


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_forked)


cdef class Link(Frontend):
    """A Frontend that asyncio drives as a BufferedProtocol.

    It belongs to one event loop, one process and one server connection.
    """

    def __cinit__(self, loop, **others):
        self.descriptor = -1
        self.loop = loop
        self.forks = forks
        self.create_future = loop.create_future
        self.closed_waiter = loop.create_future()

    # -- asyncio's calls

    def connection_made(self, transport):
        """The transport is ready; after TLS, the transport above it."""
        self.transport = transport
        self.write = transport.write
        self.descriptor = plain_socket(transport)

    def buffer_updated(self, Py_ssize_t size):
        """`size` bytes have been received into what `get_buffer` gave."""
        Frontend.buffer_updated(self, size)
        if self.broken is not None:
            self.abort()
        elif self.out.length:
            self.flush()
        if self.copying is not None and self.copying.data.length >= MOST_COPIED:
            self.transport.pause_reading()

    def eof_received(self):
        """The server has closed its side: so do we."""
        return False

    def connection_lost(self, error):
        """The transport is closed."""
        self.descriptor = -1
        if self.broken is None:
            self.fail(
                ConnectionDoesNotExistError("connection was closed in the middle of operation")
                if error is None
                else lost(error)
            )
        if self.resumed_waiter is not None and not self.resumed_waiter.done():
            self.resumed_waiter.set_result(None)
        if not self.closed_waiter.done():
            self.closed_waiter.set_result(None)

    def pause_writing(self):
        """The transport's buffer is full."""
        self.writing_paused = True

    def resume_writing(self):
        """The transport's buffer has room again."""
        self.writing_paused = False
        if self.resumed_waiter is not None:
            if not self.resumed_waiter.done():
                self.resumed_waiter.set_result(None)
            self.resumed_waiter = None

    def wait_for_room(self):
        """None, or a future that is done when the transport's buffer has room."""
        if not self.writing_paused or self.broken is not None:
            return None
        if self.resumed_waiter is None:
            self.resumed_waiter = self.create_future()
        return self.resumed_waiter

    # -- where it belongs

    @property
    def forked(self):
        """Whether the session is the parent process's."""
        return self.forks != forks

    cdef int check_home(self) except -1:
        """Raise InterfaceError in another process or event loop than the session's.

        Both share its socket and its state, without knowing of what the other does.
        """
        if self.forks != forks:
            raise InterfaceError(
                "cannot perform operation: the connection was made by the parent process"
            )
        running = get_running_loop()
        if running is not self.loop and running is not None:
            raise InterfaceError(
                "cannot perform operation: the connection belongs to another event loop"
            )
        return 0

    # -- sending

    cdef int flush(self) except -1:
        if self.out.length and self.broken is None:
            if self.descriptor >= 0 and not self.out.in_use:
                self.send_directly()
            else:
                self.write(self.out.take())
        return 0

    cdef int send_directly(self) except -1:
        """Send past the transport while it holds nothing, and leave to it what cannot be sent.

        An error is among that: the transport will meet it too, and end the connection.
        """
        cdef Py_ssize_t sent = 0
        if self.transport_holds:
            self.transport_holds = self.transport.get_write_buffer_size() > 0
        if not self.transport_holds:
            sent = max(0, direct_send(self.descriptor, self.out.data, self.out.length))
            if sent == self.out.length:
                self.out.clear()
                return 0
            self.transport_holds = True
        rest = self.out.take()
        self.write(rest[sent:] if sent else rest)
        return 0

    cdef int flush_soon(self) except -1:
        """Send once the tasks that can run have run: one piece for the statements of all."""
        if not self.flush_scheduled:
            self.flush_scheduled = True
            self.loop.call_soon(self._flush_now)
        return 0

    def _flush_now(self):
        self.flush_scheduled = False
        self.flush()

    def send(self):
        """Send what has been written by operations begun elsewhere."""
        self.flush()

    # -- copying out

    def more_copied(self, CopyOut operation not None):
        """The future that is done when more has been copied out, or the copy is over."""
        if self.broken is None:
            self.transport.resume_reading()
        return operation.wait(self.create_future())

    def end_copy_out(self):
        """Nobody takes what is copied out any more."""
        self.copying = None
        if self.broken is None:
            self.transport.resume_reading()

    # -- closing

    def close_transport(self):
        """Close the transport once it has sent what it holds."""
        self.descriptor = -1
        self.transport.close()

    def abort(self):
        """Close the transport at once, unless it is the parent process's.

        The parent's selector would lose the socket together with the child's.
        """
        self.descriptor = -1
        if self.transport is not None and self.forks == forks:
            self.transport.abort()


cdef int plain_socket(object transport) except? -1:
    """The file descriptor of a transport's socket, or -1 where only the transport may send."""
    for name in ("ssl_object", "sslcontext"):
        if transport.get_extra_info(name) is not None:
            return -1
    socket = transport.get_extra_info("socket")
    return -1 if socket is None else socket.fileno()


cdef object lost(object error):
    """The exception for a connection that ended with `error`."""
    made = ConnectionDoesNotExistError(
        f"connection was closed in the middle of operation: {error}"
    )
    made.__cause__ = error
    return made
