"""Start-up: StartupMessage, authentication, and what the server says of itself.

https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
"""

from cpython.bytes cimport PyBytes_FromStringAndSize

from pgstride.core.buffer cimport (
    WriteBuffer,
    put_byte,
    put_cstring,
    put_int32,
    put_object,
    reserve,
)
from pgstride.core.messages cimport begin_message, end_message, negotiated
from pgstride.core.operations cimport Operation
from pgstride.core.statement cimport encode_text
from pgstride.core.wire cimport read_int32, write_int32

from pgstride.authentication.md5 import md5_password
from pgstride.authentication.password import password_bytes
from pgstride.authentication.policy import AuthenticationPolicy
from pgstride.exceptions import (
    InterfaceError,
    InvalidPasswordError,
    ProtocolError,
    UnsupportedServerFeatureError,
)

cdef int SSL_REQUEST_CODE = 80877103
cdef int CANCEL_REQUEST_CODE = 80877102

SSL_REQUEST = (8).to_bytes(4, "big") + SSL_REQUEST_CODE.to_bytes(4, "big")

# AuthenticationXXX: the codes that begin their bodies.
cdef int AUTHENTICATION_OK = 0
cdef int AUTHENTICATION_CLEARTEXT = 3
cdef int AUTHENTICATION_MD5 = 5
cdef int AUTHENTICATION_GSS = 7
cdef int AUTHENTICATION_GSS_CONTINUE = 8
cdef int AUTHENTICATION_SSPI = 9
cdef int AUTHENTICATION_SASL = 10
cdef int AUTHENTICATION_SASL_CONTINUE = 11
cdef int AUTHENTICATION_SASL_FINAL = 12

# A key of protocol 3.0 has 4 bytes, one of 3.2 up to 256.
cdef Py_ssize_t SHORTEST_KEY = 4
cdef Py_ssize_t LONGEST_KEY = 256

UNSUPPORTED = {2: "Kerberos V5", 6: "SCM credentials"}

# Those by which a server chooses how to authenticate.
CHOICES = frozenset((
    AUTHENTICATION_CLEARTEXT,
    AUTHENTICATION_MD5,
    AUTHENTICATION_GSS,
    AUTHENTICATION_SSPI,
    AUTHENTICATION_SASL,
))


def cancel_request(int pid, bytes key not None):
    """CancelRequest: what to send on a connection of its own."""
    return (
        (12 + len(key)).to_bytes(4, "big")
        + CANCEL_REQUEST_CODE.to_bytes(4, "big")
        + (pid & 0xFFFFFFFF).to_bytes(4, "big")
        + key
    )


cdef bytes cleartext(str password):
    """What PasswordMessage carries; raises ValueError for what it cannot hold."""
    encoded = password_bytes(password)
    if b"\0" in encoded:
        raise ValueError("the password cannot contain a null character")
    return encoded + b"\0"


cdef class Startup(Operation):
    """From StartupMessage to the first ReadyForQuery.

    `out` is where its answers to the server are written. `asked` says that the
    server has chosen how to authenticate: it may do so once, or somebody in
    between could have a password sent in a weaker way than the server wants.
    `policy` has a say in it too (None: the usual one). `protocol_version` is
    what was asked for, and then what is spoken.
    """

    def __cinit__(
        self,
        waiter,
        WriteBuffer out not None,
        str user not None,
        str password,
        policy,
        int oldest_version,
        int protocol_version,
    ):
        self.oldest_version = oldest_version
        self.protocol_version = protocol_version
        self.waiter = waiter
        self.out = out
        self.user = user
        self.password = password
        self.policy = AuthenticationPolicy() if policy is None else policy

    cdef int handle(self, char kind, const char *body, Py_ssize_t size) except -1:
        if kind == b"R":
            self.authenticate(body, size)
        elif kind == b"K" and self.authenticated:  # BackendKeyData
            if not 4 + SHORTEST_KEY <= size <= 4 + LONGEST_KEY:
                raise ProtocolError(
                    f"BackendKeyData: {size} bytes instead of {4 + SHORTEST_KEY} "
                    f"to {4 + LONGEST_KEY}"
                )
            self.backend_pid = read_int32(body)
            self.cancel_key = PyBytes_FromStringAndSize(body + 4, size - 4)
        elif kind == b"v":
            self.negotiate(body, size)
        else:
            self.unexpected(kind)
        return 0

    cdef object outcome(self):
        if not self.authenticated:
            raise ProtocolError("ReadyForQuery before AuthenticationOk")
        return self

    cdef int negotiate(self, const char *body, Py_ssize_t size) except -1:
        """NegotiateProtocolVersion: the server speaks an older version only."""
        newest, _ = negotiated(body, size)
        if newest >> 16 != 3 or newest > self.protocol_version:
            raise ProtocolError(
                f"NegotiateProtocolVersion: version {newest >> 16}.{newest & 0xFFFF} "
                "was not asked for"
            )
        if newest < self.oldest_version:
            raise UnsupportedServerFeatureError(
                f"min_protocol_version: the server speaks only 3.{newest & 0xFFFF} of the protocol"
            )
        self.protocol_version = newest
        return 0

    cdef int authenticate(self, const char *body, Py_ssize_t size) except -1:
        if size < 4:
            raise ProtocolError("Authentication: the code is missing")
        cdef int code = read_int32(body)
        cdef bytes rest = PyBytes_FromStringAndSize(body + 4, size - 4)
        if self.authenticated:
            raise ProtocolError(f"Authentication: code {code} after AuthenticationOk")
        if code in CHOICES:
            if self.asked:
                raise ProtocolError(f"Authentication: code {code} after another method was chosen")
            self.asked = True
        if rest and code in (
            AUTHENTICATION_OK, AUTHENTICATION_CLEARTEXT, AUTHENTICATION_GSS, AUTHENTICATION_SSPI
        ):
            raise ProtocolError(f"Authentication: {len(rest)} bytes are left after code {code}")
        if code == AUTHENTICATION_OK:
            if self.scram is not None and not self.scram.verified:
                raise ProtocolError("AuthenticationOk before the server proved itself by SCRAM")
            if self.gss is not None and not self.gss.complete:
                raise ProtocolError("AuthenticationOk before the server proved itself by GSSAPI")
            self.policy.check_accepted(self.asked, self.scram)
            self.authenticated = True
        elif code == AUTHENTICATION_CLEARTEXT:
            self.policy.check_method("password")
            self.send_password(cleartext(self.required_password()))
        elif code == AUTHENTICATION_MD5:
            if len(rest) != 4:
                raise ProtocolError("AuthenticationMD5Password: the salt has not 4 bytes")
            self.policy.check_method("md5")
            self.send_password(md5_password(self.user, self.required_password(), rest) + b"\0")
        elif code == AUTHENTICATION_SASL:
            self.start_scram(rest)
        elif code == AUTHENTICATION_SASL_CONTINUE and self.scram is not None:
            self.send_password(self.scram.final_message(rest))
        elif code == AUTHENTICATION_SASL_FINAL and self.scram is not None \
                and not self.scram.verified:
            self.scram.verify(rest)
        elif code == AUTHENTICATION_GSS or code == AUTHENTICATION_SSPI:
            self.gss = self.policy.start_gss(negotiates=code == AUTHENTICATION_SSPI)
            self.send_token(None)
        elif code == AUTHENTICATION_GSS_CONTINUE and self.gss is not None \
                and not self.gss.complete:
            self.send_token(rest)
        elif code in UNSUPPORTED:
            self.policy.check_method(UNSUPPORTED[code])
            raise InterfaceError(
                f"the server asks for {UNSUPPORTED[code]} authentication, which is not supported"
            )
        else:
            raise ProtocolError(f"Authentication: code {code} is unknown or out of place")
        return 0

    def required_password(self):
        """The password; raises InvalidPasswordError where none was given."""
        if self.password is None:
            raise InvalidPasswordError(
                f'the server asks for a password of user "{self.user}", and none was given: '
                "pass password=, set PGPASSWORD, or add the user to the password file"
            )
        return self.password

    cdef int start_scram(self, bytes mechanisms) except -1:
        if not mechanisms.endswith(b"\0\0"):
            raise ProtocolError("AuthenticationSASL: the list of mechanisms has no end")
        self.policy.check_method("scram-sha-256")
        offered = mechanisms[:-2].decode("utf-8", "replace").split("\0")
        self.scram = self.policy.start_scram(offered, self.user, self.required_password())
        cdef bytes first = self.scram.first_message()
        cdef Py_ssize_t begun = begin_message(self.out, b"p")
        put_cstring(self.out, self.scram.mechanism.encode())
        put_int32(self.out, <int>len(first))
        put_object(self.out, first)
        return end_message(self.out, begun)

    cdef int send_token(self, bytes answer) except -1:
        """GSSResponse with the next token, unless that was the last one."""
        token = self.gss.step(answer)
        if token:
            self.send_password(token)
        return 0

    cdef int send_password(self, bytes data) except -1:
        """PasswordMessage, SASLResponse or GSSResponse, which look the same."""
        cdef Py_ssize_t begun = begin_message(self.out, b"p")
        put_object(self.out, data)
        return end_message(self.out, begun)


cdef int put_startup(WriteBuffer out, int version, dict parameters) except -1:
    """StartupMessage with parameters such as user and database."""
    cdef Py_ssize_t begun = out.length
    reserve(out, 4)
    put_int32(out, version)
    for name, value in parameters.items():
        put_cstring(out, encode_text(name))
        put_cstring(out, encode_text(value))
    put_byte(out, 0)
    write_int32(out.data + begun, <int>(out.length - begun))
    return 0
