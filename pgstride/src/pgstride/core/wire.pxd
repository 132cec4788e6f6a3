"""Heads of messages, and big-endian numbers at addresses of any alignment."""

from libc.stdint cimport int16_t, int32_t, int64_t, uint16_t, uint32_t, uint64_t


cdef enum:
    # The bytes of a message's type and length.
    MESSAGE_HEAD = 5
    # Neither does the server send longer messages (PQ_LARGE_MESSAGE_LIMIT), nor
    # accept them; an int32 must hold the length.
    LONGEST_MESSAGE = 0x3FFFFFFF


cdef extern from "wire.h" nogil:
    int16_t read_int16 "wire_read_i16"(const char *data)
    int32_t read_int32 "wire_read_i32"(const char *data)
    int64_t read_int64 "wire_read_i64"(const char *data)
    uint16_t read_uint16 "wire_read_u16"(const char *data)
    uint32_t read_uint32 "wire_read_u32"(const char *data)
    uint64_t read_uint64 "wire_read_u64"(const char *data)
    float read_float4 "wire_read_f32"(const char *data)
    double read_float8 "wire_read_f64"(const char *data)

    void write_int16 "wire_write_i16"(char *data, int16_t value)
    void write_int32 "wire_write_i32"(char *data, int32_t value)
    void write_int64 "wire_write_i64"(char *data, int64_t value)
    void write_uint32 "wire_write_u32"(char *data, uint32_t value)
    void write_uint64 "wire_write_u64"(char *data, uint64_t value)
    void write_float4 "wire_write_f32"(char *data, float value)
    void write_float8 "wire_write_f64"(char *data, double value)
