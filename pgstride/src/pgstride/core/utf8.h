/* Short text beyond ASCII.
 *
 * CPython's decoder grows its result while it reads, and shrinks it in the end.
 * For text of a few dozen bytes it pays to read twice instead, first to find the
 * number of characters and the widest of them: half of the time for a name or a
 * title. Longer text is the decoder's, which reads runs of ASCII by words. */
#ifndef PGSTRIDE_UTF8_H
#define PGSTRIDE_UTF8_H

#include <Python.h>

#define UTF8_SHORT 64

static inline int utf8_follows(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/* Characters up to U+00FF, which take two bytes; 0 where the text is malformed. */
static inline int utf8_to_latin1(const unsigned char *at, const unsigned char *end, Py_UCS1 *out) {
    while (at < end) {
        unsigned character = *at++;
        if (character >= 0x80) {
            if (character < 0xC2 || at == end || !utf8_follows(*at)) {
                return 0;
            }
            character = (character & 0x1F) << 6 | (*at++ & 0x3F);
        }
        *out++ = (Py_UCS1)character;
    }
    return 1;
}

/* Characters up to U+FFFF, which take up to three bytes; 0 where the text is malformed. */
static inline int utf8_to_ucs2(const unsigned char *at, const unsigned char *end, Py_UCS2 *out) {
    while (at < end) {
        unsigned character = *at++;
        if (character >= 0xE0) {
            if (end - at < 2 || !utf8_follows(at[0]) || !utf8_follows(at[1])) {
                return 0;
            }
            character = (character & 0x0F) << 12 | (at[0] & 0x3F) << 6 | (at[1] & 0x3F);
            if (character < 0x800 || (character >= 0xD800 && character < 0xE000)) {
                return 0;
            }
            at += 2;
        } else if (character >= 0x80) {
            if (character < 0xC2 || at == end || !utf8_follows(*at)) {
                return 0;
            }
            character = (character & 0x1F) << 6 | (*at++ & 0x3F);
        }
        *out++ = (Py_UCS2)character;
    }
    return 1;
}

/* Text that may be beyond ASCII, malformed, or empty: whatever this does not
 * decode itself is left to CPython, whose errors it thereby has. */
static PyObject *utf8_decode(const char *data, Py_ssize_t length) {
    const unsigned char *at = (const unsigned char *)data;
    const unsigned char *end = at + length;
    unsigned char highest = 0;
    Py_ssize_t characters = 0;
    if (length <= UTF8_SHORT) {
        for (const unsigned char *byte = at; byte < end; byte++) {
            characters += !utf8_follows(*byte);
            highest = *byte > highest ? *byte : highest;
        }
        /* One character alone may be an object that CPython shares; from 0xF0 on
         * characters take four bytes. The number of characters is right unless
         * the text is malformed, and then no more of them are written either. */
        if (characters > 1 && highest >= 0xC2 && highest < 0xF0) {
            int narrow = highest < 0xC4;
            PyObject *text = PyUnicode_New(characters, narrow ? 0xFF : 0xFFFF);
            if (text == NULL) {
                return NULL;
            }
            if (narrow ? utf8_to_latin1(at, end, PyUnicode_1BYTE_DATA(text))
                       : utf8_to_ucs2(at, end, PyUnicode_2BYTE_DATA(text))) {
                return text;
            }
            Py_DECREF(text);
        }
    }
    return PyUnicode_DecodeUTF8(data, length, NULL);
}

#endif
