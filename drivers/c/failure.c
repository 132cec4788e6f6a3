#include "failure.h"

#include <stdarg.h>
#include <stdio.h>

int fail(struct failure *failure, enum failure_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
    failure->kind = kind;
    return -1;
}
