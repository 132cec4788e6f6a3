"""Addresses of networks and hosts: inet and cidr (macaddr is text to Python)."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t
from libc.string cimport memcpy

from pgstride.core.buffer cimport WriteBuffer, reserve
from pgstride.core.codec cimport Codec, refuse_length
from pgstride.core.wire cimport read_uint32, read_uint64, write_int32

from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)

from pgstride.exceptions import ProtocolError


cdef enum:
    # Address family, bits of the prefix, whether it is a cidr, size of the address.
    HEAD = 4
    FAMILY_4 = 2  # PGSQL_AF_INET
    FAMILY_6 = 3  # PGSQL_AF_INET6


cdef int check(str type_name, const char *data, Py_ssize_t length) except -1:
    """Raise ProtocolError unless the bytes are an address of either version."""
    cdef int size
    if length < HEAD:
        refuse_length(type_name, length)
    if data[0] != FAMILY_4 and data[0] != FAMILY_6:
        raise ProtocolError(f"a value of type {type_name} has the unknown family {data[0]}")
    size = 4 if data[0] == FAMILY_4 else 16
    if length != HEAD + size or data[3] != size:
        raise ProtocolError(f"a value of type {type_name} has an address of {length - HEAD} bytes")
    if <uint8_t>data[1] > size * 8:
        raise ProtocolError(f"a value of type {type_name} has {<uint8_t>data[1]} bits of prefix")
    return 0


cdef object address_number(const char *data):
    """The address as an int, which its classes take without parsing."""
    if data[0] == FAMILY_4:
        return read_uint32(data + HEAD)
    return (<object>read_uint64(data + HEAD) << 64) | read_uint64(data + HEAD + 8)


cdef int put_address(
    WriteBuffer out, object version, int bits, bint cidr, bytes packed
) except -1:
    cdef Py_ssize_t size = PyBytes_GET_SIZE(packed)
    cdef char *at = reserve(out, 4 + HEAD + size)
    write_int32(at, <int>(HEAD + size))
    at[4] = FAMILY_4 if version == 4 else FAMILY_6
    at[5] = <char>bits
    at[6] = cidr
    at[7] = <char>size
    memcpy(at + 8, PyBytes_AS_STRING(packed), size)
    return 0


cdef class InetCodec(Codec):
    """inet: an address, or an interface where the prefix is not all of it."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        check("inet", data, length)
        number = address_number(data)
        if data[0] == FAMILY_4:
            if data[1] == 32:
                return IPv4Address(number)
            return IPv4Interface((number, data[1]))
        if <uint8_t>data[1] == 128:
            return IPv6Address(number)
        return IPv6Interface((number, data[1]))

    cdef int encode(self, WriteBuffer out, object value) except -1:
        if type(value) is not IPv4Address and type(value) is not IPv6Address:
            try:
                value = ip_address(value)
            except ValueError:
                value = ip_interface(value)
                return put_address(
                    out, value.version, value.network.prefixlen, True, value.packed
                )
        return put_address(out, value.version, value.max_prefixlen, False, value.packed)


cdef class CidrCodec(Codec):
    """cidr: a network."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        check("cidr", data, length)
        number = address_number(data)
        if data[0] == FAMILY_4:
            return IPv4Network((number, data[1]))
        return IPv6Network((number, <uint8_t>data[1]))

    cdef int encode(self, WriteBuffer out, object value) except -1:
        if type(value) is not IPv4Network and type(value) is not IPv6Network:
            value = ip_network(value)
        return put_address(
            out, value.version, value.prefixlen, True, value.network_address.packed
        )
