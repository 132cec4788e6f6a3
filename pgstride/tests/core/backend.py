"""The server's side of the protocol: a function for each message that it sends.

https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

from __future__ import annotations

import struct

INT4, TEXT, BYTEA, BOOL, INT8, FLOAT8 = 23, 25, 17, 16, 20, 701
INT2, OID, CHAR = 21, 26, 18
INT4_ARRAY = 1007


def message(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return kind + int32(len(body) + 4) + body


def int16(value: int) -> bytes:
    return (value & 0xFFFF).to_bytes(2, "big")


def int32(value: int) -> bytes:
    return (value & 0xFFFFFFFF).to_bytes(4, "big")


def cstring(text: str | bytes) -> bytes:
    return (text.encode() if isinstance(text, str) else text) + b"\0"


# -- start-up


def authentication(code: int, data: bytes = b"") -> bytes:
    return message(b"R", int32(code), data)


def authentication_ok() -> bytes:
    return authentication(0)


def authentication_cleartext() -> bytes:
    return authentication(3)


def authentication_md5(salt: bytes = b"salt") -> bytes:
    return authentication(5, salt)


def authentication_sasl(*mechanisms: str) -> bytes:
    return authentication(10, b"".join(map(cstring, mechanisms)) + b"\0")


def authentication_sasl_continue(data: bytes) -> bytes:
    return authentication(11, data)


def authentication_sasl_final(data: bytes) -> bytes:
    return authentication(12, data)


def backend_key_data(pid: int = 4711, key: bytes = b"\x01\x02\x03\x04") -> bytes:
    return message(b"K", int32(pid), key)


def negotiate_protocol_version(newest: int = 3 << 16, *options: str) -> bytes:
    return message(b"v", int32(newest), int32(len(options)), *map(cstring, options))


def parameter_status(name: str, value: str) -> bytes:
    return message(b"S", cstring(name), cstring(value))


# -- extended and simple queries


def parse_complete() -> bytes:
    return message(b"1")


def bind_complete() -> bytes:
    return message(b"2")


def close_complete() -> bytes:
    return message(b"3")


def no_data() -> bytes:
    return message(b"n")


def empty_query_response() -> bytes:
    return message(b"I")


def portal_suspended() -> bytes:
    return message(b"s")


def parameter_description(*oids: int) -> bytes:
    return message(b"t", int16(len(oids)), *map(int32, oids))


def row_description(*columns: tuple[str, int]) -> bytes:
    """Columns as (name, type OID)."""
    facts = (cstring(name) + struct.pack(">IhIhih", 0, 0, oid, -1, -1, 1) for name, oid in columns)
    return message(b"T", int16(len(columns)), *facts)


def data_row(*values: bytes | None) -> bytes:
    """Values as they are on the wire; None is NULL."""
    return message(b"D", int16(len(values)), *map(field, values))


def field(value: bytes | None) -> bytes:
    return int32(-1) if value is None else int32(len(value)) + value


def command_complete(tag: str) -> bytes:
    return message(b"C", cstring(tag))


def ready_for_query(status: str = "I") -> bytes:
    return message(b"Z", status.encode())


# -- COPY


def copy_in_response(columns: int = 1) -> bytes:
    return message(b"G", b"\0", int16(columns), *[int16(0)] * columns)


def copy_out_response(columns: int = 1) -> bytes:
    return message(b"H", b"\0", int16(columns), *[int16(0)] * columns)


def copy_data(data: bytes) -> bytes:
    return message(b"d", data)


def copy_done() -> bytes:
    return message(b"c")


# -- what may come at any time


def error_response(message_text: str, sqlstate: str = "22012", severity: str = "ERROR") -> bytes:
    return message(b"E", _fields(message_text, sqlstate, severity))


def notice_response(message_text: str, sqlstate: str = "00000", severity: str = "NOTICE") -> bytes:
    return message(b"N", _fields(message_text, sqlstate, severity))


def notification_response(channel: str, payload: str, pid: int = 99) -> bytes:
    return message(b"A", int32(pid), cstring(channel), cstring(payload))


def _fields(message_text: str, sqlstate: str, severity: str) -> bytes:
    fields = {"S": severity, "V": severity, "C": sqlstate, "M": message_text}
    return b"".join(cstring(code + text) for code, text in fields.items()) + b"\0"
