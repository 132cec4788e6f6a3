"""numeric: exact decimal numbers of any size.

On the wire: the number of groups of four digits, the power of 10000 that the
first group counts, the sign, how many digits behind the point are shown, the
groups. Decimal has no public C interface; it is quickest made of text, or of
an int where there is no fraction, by the method of a context that rounds
nothing; its text is six times as quick to get as its digits are.
"""

from libc.stdint cimport int16_t, int32_t, int64_t, uint64_t

from pgstride.core.buffer cimport WriteBuffer, reserve
from pgstride.core.codec cimport Codec, refuse_length
from pgstride.core.wire cimport read_int16, read_uint16, write_int16, write_int32

import decimal
from decimal import Decimal

from pgstride.exceptions import ProtocolError


cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        object (*tp_str)(object value)
    bint is_exact_int "PyLong_CheckExact"(object value)
    long long as_long_long "PyLong_AsLongLongAndOverflow"(object value, int *overflow)
    object new_ascii "PyUnicode_New"(Py_ssize_t size, Py_UCS4 highest)
    unsigned char *ascii_data "PyUnicode_1BYTE_DATA"(object text)
    const char *utf8_data "PyUnicode_AsUTF8AndSize"(object text, Py_ssize_t *size) except NULL


cdef enum:
    HEAD = 8
    DIGITS_IN_GROUP = 4
    MOST_SCALE = 0x3FFF  # NUMERIC_DSCALE_MASK in PostgreSQL's sources
    MOST_WEIGHT = 0x7FFF
    POSITIVE = 0x0000
    NEGATIVE = 0x4000
    NOT_A_NUMBER = 0xC000
    PLUS_INFINITY = 0xD000
    MINUS_INFINITY = 0xF000
    # Up to so many groups make an int of 64 bits.
    GROUPS_IN_INT64 = 4

# A bound method of a context whose precision and exponents are the largest.
cdef object make_decimal = decimal.Context(
    prec=decimal.MAX_PREC, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, traps=[]
).create_decimal
cdef object decimal_type = Decimal


cdef struct Head:
    int groups
    int weight
    int sign
    int scale


cdef inline int group_at(const char *data, const Head *head, int position) except -1:
    """The group at `position` on the wire, 0 outside of what was sent."""
    if position < 0 or position >= head.groups:
        return 0
    cdef int group = read_uint16(data + HEAD + 2 * position)
    if group > 9999:
        raise ProtocolError(f"a numeric with the group of digits {group}")
    return group


cdef object decode_special(const Head *head):
    if head.sign == NOT_A_NUMBER:
        return make_decimal("NaN")
    if head.sign == PLUS_INFINITY:
        return make_decimal("Infinity")
    if head.sign == MINUS_INFINITY:
        return make_decimal("-Infinity")
    raise ProtocolError(f"a numeric with the sign {head.sign:#x}")


cdef object decode_whole(const char *data, const Head *head):
    """A number without a fraction, of at most GROUPS_IN_INT64 groups."""
    cdef int64_t value = 0
    cdef int position
    for position in range(head.weight + 1):
        value = value * 10000 + group_at(data, head, position)
    return make_decimal(-value if head.sign == NEGATIVE else value)


cdef inline void write_group(char *out, int group) noexcept:
    out[0] = c"0" + group // 1000
    out[1] = c"0" + group // 100 % 10
    out[2] = c"0" + group // 10 % 10
    out[3] = c"0" + group % 10


cdef object decode_text(const char *data, const Head *head):
    """Any number, by way of the text that the server shows."""
    cdef int whole = head.weight + 1 if head.weight > 0 else 1  # groups before the point
    cdef int first = group_at(data, head, head.weight - whole + 1)
    cdef int skipped = (first < 10) + (first < 100) + (first < 1000)  # leading zeros
    cdef int position, left
    cdef Py_ssize_t size = (
        (head.sign == NEGATIVE)
        + whole * DIGITS_IN_GROUP - skipped
        + (head.scale > 0) + head.scale
    )
    cdef object text = new_ascii(size, 127)
    cdef char *out = <char *>ascii_data(text)
    cdef char group[DIGITS_IN_GROUP]
    if head.sign == NEGATIVE:
        out[0] = b"-"
        out += 1
    write_group(group, first)
    for position in range(skipped, DIGITS_IN_GROUP):
        out[0] = group[position]
        out += 1
    for position in range(head.weight - whole + 2, head.weight + 1):
        write_group(out, group_at(data, head, position))
        out += DIGITS_IN_GROUP
    if head.scale > 0:
        out[0] = b"."
        out += 1
    position = head.weight + 1
    left = head.scale
    while left >= DIGITS_IN_GROUP:
        write_group(out, group_at(data, head, position))
        out += DIGITS_IN_GROUP
        left -= DIGITS_IN_GROUP
        position += 1
    if left > 0:
        write_group(group, group_at(data, head, position))
        for position in range(left):
            out[position] = group[position]
    return make_decimal(text)


cdef int put_numeric(
    WriteBuffer out, const char *digits, Py_ssize_t count, int64_t exponent, int sign
) except -1:
    """The number that `count` digits (as characters, and points, which do not
    count) times ten to the `exponent` are; `count` may be 0."""
    cdef int64_t scale = -exponent if exponent < 0 else 0
    cdef int64_t highest, weight
    cdef Py_ssize_t groups
    cdef int group, in_group
    cdef char *at
    while count > 0 and (digits[0] == b"0" or digits[0] == b"."):
        count -= digits[0] == b"0"
        digits += 1
    if scale > MOST_SCALE:
        raise ValueError("cannot encode Decimal value into numeric: exponent is too small")
    if count == 0:
        return put_head(out, 0, 0, POSITIVE, <int>scale)
    highest = count + exponent - 1  # the power of ten that the first digit counts
    weight = (highest + 4 * (MOST_SCALE + 1)) // 4 - (MOST_SCALE + 1)  # rounded down
    if weight > MOST_WEIGHT:
        raise ValueError("cannot encode Decimal value into numeric: exponent is too large")
    in_group = <int>(highest - weight * DIGITS_IN_GROUP + 1)  # digits of the first group
    groups = 1 + (count - in_group + DIGITS_IN_GROUP - 1) // DIGITS_IN_GROUP
    if count <= in_group:
        groups = 1
    put_head(out, groups, <int>weight, sign, <int>scale)
    at = reserve(out, 2 * groups)
    for _ in range(groups):
        group = 0
        for _ in range(in_group):
            if count > 0:
                if digits[0] == b".":
                    digits += 1
                group = group * 10 + (digits[0] - c"0")
                digits += 1
                count -= 1
            else:
                group *= 10
        write_int16(at, <int16_t>group)
        at += 2
        in_group = DIGITS_IN_GROUP
    return 0


cdef int put_head(WriteBuffer out, Py_ssize_t groups, int weight, int sign, int scale) except -1:
    cdef char *at = reserve(out, 4 + HEAD)
    write_int32(at, <int32_t>(HEAD + 2 * groups))
    write_int16(at + 4, <int16_t>groups)
    write_int16(at + 6, <int16_t>weight)
    write_int16(at + 8, <int16_t>sign)
    write_int16(at + 10, <int16_t>scale)
    return 0


cdef int put_int(WriteBuffer out, int64_t value) except -1:
    cdef uint64_t left = <uint64_t>value
    cdef int groups[5]
    cdef int count = 0, i
    cdef char *at
    if value < 0:
        left = 0 - left
    while left > 0:
        groups[count] = <int>(left % 10000)
        left //= 10000
        count += 1
    put_head(out, count, count - 1 if count > 0 else 0, NEGATIVE if value < 0 else POSITIVE, 0)
    at = reserve(out, 2 * count)
    for i in range(count):
        write_int16(at + 2 * i, <int16_t>groups[count - 1 - i])
    return 0


cdef int put_decimal(WriteBuffer out, object value) except -1:
    cdef object text = (<PyTypeObject *>decimal_type).tp_str(value)
    cdef Py_ssize_t size = 0, count = 0
    cdef const char *at = utf8_data(text, &size)
    cdef const char *end = at + size
    cdef const char *digits
    cdef int64_t exponent = 0, behind_point = 0
    cdef bint negative = at[0] == b"-"
    cdef bint exponent_negative, after_point = False
    at += negative
    if at[0] == b"I":
        return put_head(out, 0, 0, MINUS_INFINITY if negative else PLUS_INFINITY, 0)
    if at[0] == b"N" or at[0] == b"s":
        return put_head(out, 0, 0, NOT_A_NUMBER, 0)
    digits = at
    while at < end and (b"0" <= at[0] <= b"9" or at[0] == b"."):
        if at[0] == b".":
            after_point = True
        else:
            count += 1
            behind_point += after_point
        at += 1
    if at < end:  # "E+" or "E-"
        exponent_negative = at[1] == b"-"
        at += 2
        while at < end:
            # A Decimal's exponent has at most 18 digits.
            exponent = exponent * 10 + (at[0] - c"0")
            at += 1
        if exponent_negative:
            exponent = -exponent
    return put_numeric(
        out, digits, count, exponent - behind_point, NEGATIVE if negative else POSITIVE
    )


cdef class NumericCodec(Codec):
    """numeric; a Decimal has as many digits behind the point as the server shows."""

    def __cinit__(self):
        self.format = 1
        self.atomic = True

    cdef object decode(self, const char *data, Py_ssize_t length):
        cdef Head head
        if length < HEAD:
            refuse_length("numeric", length)
        head.groups = read_uint16(data)
        head.weight = read_int16(data + 2)
        head.sign = read_uint16(data + 4)
        head.scale = read_uint16(data + 6)
        if length != HEAD + 2 * head.groups:
            raise ProtocolError(f"a numeric of {head.groups} groups of digits in {length} bytes")
        if head.scale > MOST_SCALE:
            raise ProtocolError(f"a numeric with {head.scale} digits behind the point")
        if head.sign != POSITIVE and head.sign != NEGATIVE:
            return decode_special(&head)
        if head.scale == 0 and head.weight < GROUPS_IN_INT64:
            return decode_whole(data, &head)
        return decode_text(data, &head)

    cdef int encode(self, WriteBuffer out, object value) except -1:
        cdef int overflow = 0
        cdef long long number
        if is_exact_int(value):
            number = as_long_long(value, &overflow)
            if overflow == 0:
                return put_int(out, number)
        if not isinstance(value, Decimal):
            value = Decimal(value)
        return put_decimal(out, value)
