#include "types.h"

#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "canonical.h"
#include "numeric.h"
#include "wire_bytes.h"

#define SECONDS_TO_2000 946684800 /* from 1970, where PostgreSQL counts from 2000 */
#define ARRAY_HEAD_BYTES 20 /* of one dimension */

static int decode_bool(const uint8_t *wire, size_t length, void *native)
{
    (void)length;
    *(bool *)native = *wire != 0;
    return 0;
}

static int decode_int2(const uint8_t *wire, size_t length, void *native)
{
    (void)length;
    *(int16_t *)native = (int16_t)get_u16(wire);
    return 0;
}

/* int4, oid and float4 too: their bits in the machine's order. */
static int decode_4(const uint8_t *wire, size_t length, void *native)
{
    (void)length;
    *(uint32_t *)native = get_u32(wire);
    return 0;
}

static int decode_8(const uint8_t *wire, size_t length, void *native)
{
    (void)length;
    *(uint64_t *)native = get_u64(wire);
    return 0;
}

static int decode_char(const uint8_t *wire, size_t length, void *native)
{
    (void)length;
    *(uint8_t *)native = *wire;
    return 0;
}

static int decode_slice(const uint8_t *wire, size_t length, void *native)
{
    *(struct slice *)native = (struct slice){(const char *)wire, length};
    return 0;
}

static int decode_timestamp(const uint8_t *wire, size_t length, void *native)
{
    (void)length;
    int64_t since_2000 = (int64_t)get_u64(wire);
    int64_t part = since_2000 % MICROSECONDS;
    part += part < 0 ? MICROSECONDS : 0;
    struct timeval *time = native;
    time->tv_sec = (since_2000 - part) / MICROSECONDS + SECONDS_TO_2000;
    time->tv_usec = part;
    return 0;
}

static int decode_date(const uint8_t *wire, size_t length, void *native)
{
    (void)length;
    *(time_t *)native = (time_t)(int32_t)get_u32(wire) * SECONDS_OF_DAY + SECONDS_TO_2000;
    return 0;
}

static int decode_numeric(const uint8_t *wire, size_t length, void *native)
{
    *(char **)native = numeric_text(wire, length);
    return *(char **)native ? 0 : -1;
}

static int decode_uuid(const uint8_t *wire, size_t length, void *native)
{
    memcpy(native, wire, length);
    return 0;
}

static int json_integer(const struct json *json, int64_t lowest, int64_t highest, int64_t *value)
{
    char *end;
    if (json->kind != JSON_NUMBER)
        return -1;
    *value = strtoll(json->text, &end, 10);
    return *end == '\0' && *value >= lowest && *value <= highest ? 0 : -1;
}

static int from_json_bool(const struct json *json, void *native)
{
    *(bool *)native = json->kind == JSON_TRUE;
    return json->kind == JSON_TRUE || json->kind == JSON_FALSE ? 0 : -1;
}

static int from_json_int2(const struct json *json, void *native)
{
    int64_t value = 0;
    int status = json_integer(json, INT16_MIN, INT16_MAX, &value);
    *(int16_t *)native = (int16_t)value;
    return status;
}

static int from_json_int4(const struct json *json, void *native)
{
    int64_t value = 0;
    int status = json_integer(json, INT32_MIN, INT32_MAX, &value);
    *(int32_t *)native = (int32_t)value;
    return status;
}

static int from_json_int8(const struct json *json, void *native)
{
    return json_integer(json, INT64_MIN, INT64_MAX, native);
}

static int from_json_oid(const struct json *json, void *native)
{
    int64_t value = 0;
    int status = json_integer(json, 0, UINT32_MAX, &value);
    *(uint32_t *)native = (uint32_t)value;
    return status;
}

static int from_json_float4(const struct json *json, void *native)
{
    *(float *)native = (float)json->number;
    return json->kind == JSON_NUMBER ? 0 : -1;
}

static int from_json_float8(const struct json *json, void *native)
{
    *(double *)native = json->number;
    return json->kind == JSON_NUMBER ? 0 : -1;
}

static int from_json_text(const struct json *json, void *native)
{
    if (json->kind != JSON_STRING)
        return -1;
    *(struct slice *)native = (struct slice){json->text, strlen(json->text)};
    return 0;
}

static int from_json_char(const struct json *json, void *native)
{
    if (json->kind != JSON_STRING || strlen(json->text) != 1)
        return -1;
    *(uint8_t *)native = (uint8_t)json->text[0];
    return 0;
}

/* Pairs of hex digits; -1: they are not, or not so many. */
static int from_hex(const char *text, size_t bytes, uint8_t *into)
{
    for (size_t i = 0; i < bytes; i++)
        if (sscanf(text + 2 * i, "%2hhx", &into[i]) != 1)
            return -1;
    return strspn(text, "0123456789abcdefABCDEF") == 2 * bytes && text[2 * bytes] == '\0' ? 0 : -1;
}

/* The bytes are the job's, which is there as long as the process. */
static int from_json_bytea(const struct json *json, void *native)
{
    if (json->kind != JSON_STRING)
        return -1;
    size_t length = strlen(json->text) / 2;
    uint8_t *bytes = allocate(length, 1);
    *(struct slice *)native = (struct slice){(char *)bytes, length};
    return from_hex(json->text, length, bytes);
}

static int from_json_uuid(const struct json *json, void *native)
{
    char digits[2 * UUID_BYTES + 1] = "";
    size_t count = 0;
    if (json->kind != JSON_STRING)
        return -1;
    for (const char *at = json->text; *at && count < sizeof digits - 1; at++)
        if (*at != '-')
            digits[count++] = *at;
    return from_hex(digits, UUID_BYTES, native);
}

static struct slice in_room(uint8_t *room, size_t length)
{
    return (struct slice){(const char *)room, length};
}

/* bool, "char" and uuid are on the wire as they are in memory. */
static struct slice encode_1(const void *native, uint8_t room[WIRE_BYTES])
{
    room[0] = *(const uint8_t *)native;
    return in_room(room, 1);
}

static struct slice encode_uuid(const void *native, uint8_t room[WIRE_BYTES])
{
    memcpy(room, native, UUID_BYTES);
    return in_room(room, UUID_BYTES);
}

static struct slice encode_2(const void *native, uint8_t room[WIRE_BYTES])
{
    put_u16(room, *(const uint16_t *)native);
    return in_room(room, 2);
}

static struct slice encode_4(const void *native, uint8_t room[WIRE_BYTES])
{
    uint32_t bits;
    memcpy(&bits, native, sizeof bits);
    put_u32(room, bits);
    return in_room(room, 4);
}

static struct slice encode_8(const void *native, uint8_t room[WIRE_BYTES])
{
    uint64_t bits;
    memcpy(&bits, native, sizeof bits);
    put_u64(room, bits);
    return in_room(room, 8);
}

static struct slice encode_slice(const void *native, uint8_t room[WIRE_BYTES])
{
    (void)room;
    return *(const struct slice *)native;
}

#define IN_C(type) sizeof(type), _Alignof(type)

static const struct type TYPES[] = {
    {"bool", 16, 1000, 1, IN_C(bool), decode_bool, canonical_bool, from_json_bool, encode_1},
    {"int2", 21, 1005, 2, IN_C(int16_t), decode_int2, canonical_int2, from_json_int2, encode_2},
    {"int4", 23, 1007, 4, IN_C(int32_t), decode_4, canonical_int4, from_json_int4, encode_4},
    {"int8", 20, 1016, 8, IN_C(int64_t), decode_8, canonical_int8, from_json_int8, encode_8},
    {"oid", 26, 1028, 4, IN_C(uint32_t), decode_4, canonical_oid, from_json_oid, encode_4},
    {"float4", 700, 1021, 4, IN_C(float), decode_4, canonical_float4, from_json_float4, encode_4},
    {"float8", 701, 1022, 8, IN_C(double), decode_8, canonical_float8, from_json_float8, encode_8},
    {"text", 25, 1009, -1, IN_C(struct slice), decode_slice, canonical_text, from_json_text, encode_slice},
    {"varchar", 1043, 1015, -1, IN_C(struct slice), decode_slice, canonical_text, from_json_text, encode_slice},
    {"name", 19, 1003, -1, IN_C(struct slice), decode_slice, canonical_text, from_json_text, encode_slice},
    {"char", 18, 1002, 1, IN_C(uint8_t), decode_char, canonical_char, from_json_char, encode_1},
    {"bytea", 17, 1001, -1, IN_C(struct slice), decode_slice, canonical_bytea, from_json_bytea, encode_slice},
    {"timestamptz", 1184, 1185, 8, IN_C(struct timeval), decode_timestamp, canonical_timestamp, NULL, NULL},
    {"timestamp", 1114, 1115, 8, IN_C(struct timeval), decode_timestamp, canonical_timestamp, NULL, NULL},
    {"date", 1082, 1182, 4, IN_C(time_t), decode_date, canonical_date, NULL, NULL},
    {"numeric", 1700, 1231, -1, IN_C(char *), decode_numeric, canonical_numeric, NULL, NULL},
    {"uuid", 2950, 2951, UUID_BYTES, UUID_BYTES, 1, decode_uuid, canonical_uuid, from_json_uuid, encode_uuid},
};

int type_find(const char *name, struct column_type *found)
{
    size_t length = strlen(name);
    found->is_array = length > 2 && strcmp(name + length - 2, "[]") == 0;
    length -= found->is_array ? 2 : 0;
    for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++) {
        found->element = &TYPES[i];
        if (strncmp(TYPES[i].name, name, length) == 0 && TYPES[i].name[length] == '\0')
            return 0;
    }
    return -1;
}

static int is_text(uint32_t oid)
{
    return oid == 25 || oid == 1043 || oid == 1042 || oid == 19; /* text, varchar, char(n), name */
}

int type_accepts(const struct column_type *type, uint32_t oid)
{
    if (!type->is_array && is_text(type->element->oid) && is_text(oid))
        return 1;
    return oid == (type->is_array ? type->element->array_oid : type->element->oid);
}

size_t type_size(const struct column_type *type)
{
    return type->is_array ? sizeof(struct list) : type->element->size;
}

size_t type_alignment(const struct column_type *type)
{
    return type->is_array ? _Alignof(struct list) : type->element->alignment;
}

static int decode_scalar(const struct type *type, const uint8_t *wire, size_t length, void *native)
{
    if (type->wire_length >= 0 && length != (size_t)type->wire_length)
        return -1;
    return type->decode(wire, length, native);
}

/* One element of an array, after its length; returns where the next one is, or NULL. */
static const uint8_t *decode_element(const struct type *type, const uint8_t *at, const uint8_t *end, void *native)
{
    if (end - at < 4)
        return NULL;
    uint32_t length = get_u32(at);
    at += 4;
    /* A null has the length -1, which is longer than all that is there. */
    if (length > (size_t)(end - at) || decode_scalar(type, at, length, native) < 0)
        return NULL;
    return at + length;
}

/* An array of one dimension or none, without nulls: dimensions, flags, type, length, lower bound. */
static int decode_list(const struct type *type, const uint8_t *wire, size_t length, struct list *list)
{
    *list = (struct list){NULL, 0};
    if (length >= 12 && get_u32(wire) == 0)
        return 0;
    if (length < ARRAY_HEAD_BYTES || get_u32(wire) != 1 || get_u32(wire + 8) != type->oid)
        return -1;
    const uint8_t *at = wire + ARRAY_HEAD_BYTES, *end = wire + length;
    size_t count = get_u32(wire + 12);
    if (count > length / 4)
        return -1;
    char *element = list->elements = allocate(count, type->size);
    for (; list->length < count; list->length++, element += type->size)
        if (!(at = decode_element(type, at, end, element)))
            return -1;
    return at == end ? 0 : -1;
}

int type_decode(const struct column_type *type, const uint8_t *wire, size_t length, void *native)
{
    if (type->is_array)
        return decode_list(type->element, wire, length, native);
    return decode_scalar(type->element, wire, length, native);
}

void type_canonical(const struct column_type *type, const void *native, struct buffer *out)
{
    if (!type->is_array) {
        type->element->canonical(native, out);
        return;
    }
    const struct list *list = native;
    buffer_print(out, "a%zu:", list->length);
    for (size_t i = 0; i < list->length; i++)
        type->element->canonical((const char *)list->elements + i * type->element->size, out);
    buffer_add(out, ";", 1);
}

void type_release(const struct column_type *type, void *native)
{
    int is_text = type->element->decode == decode_numeric;
    if (!type->is_array) {
        if (is_text)
            free(*(char **)native);
        return;
    }
    struct list *list = native;
    for (size_t i = 0; is_text && i < list->length; i++)
        free(((char **)list->elements)[i]);
    free(list->elements);
}
