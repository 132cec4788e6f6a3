/* send(2) on a socket that an event loop's transport owns.
 *
 * A transport's write() costs more than the system call that it makes in the end,
 * as long as nothing waits in its buffer. */
#ifndef PGSTRIDE_DIRECT_SEND_H
#define PGSTRIDE_DIRECT_SEND_H

#include <Python.h>

#ifdef _WIN32
/* Loops there may use the socket in ways of their own. */
static Py_ssize_t direct_send(int descriptor, const char *data, Py_ssize_t size) { return -1; }
#else
#include <sys/socket.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* Python ignores SIGPIPE. */
#endif

/* How many bytes were sent, which may be fewer; -1 when none were, for whatever reason. */
static Py_ssize_t direct_send(int descriptor, const char *data, Py_ssize_t size) {
    return (Py_ssize_t)send(descriptor, data, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL);
}
#endif

#endif
