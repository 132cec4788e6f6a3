/* Counts what CPython's allocators hand out, for the runner's `count_allocations`.
 *
 * All of the interpreter, and extensions that allocate by its C API, go through
 * three families of functions (https://docs.python.org/3/c-api/memory.html); each
 * gets a wrapper here that passes everything on, so that it does not matter which
 * blocks are older than it.
 *
 * The declarations below are CPython's own, unchanged since 3.5. With them instead
 * of Python.h one library serves every version, and none needs its headers.
 */

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum domain { DOMAIN_RAW, DOMAIN_MEM, DOMAIN_OBJ, DOMAINS };

struct allocator {
    void *context;
    void *(*malloc)(void *context, size_t size);
    void *(*calloc)(void *context, size_t count, size_t size);
    void *(*realloc)(void *context, void *block, size_t size);
    void (*free)(void *context, void *block);
};

extern void PyMem_GetAllocator(enum domain domain, struct allocator *allocator);
extern void PyMem_SetAllocator(enum domain domain, struct allocator *allocator);

static struct allocator originals[DOMAINS];

/* Atomic: the raw family is called without the GIL. */
static atomic_uint_fast64_t allocations, allocated_bytes;

/* pymalloc asks the raw family for what is too large for it: one allocation, not two. */
static _Thread_local unsigned depth;

static void *counted(void *block, size_t size)
{
    if (block && depth == 0) {
        atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&allocated_bytes, size, memory_order_relaxed);
    }
    return block;
}

static void *counted_malloc(void *context, size_t size)
{
    struct allocator *original = context;
    depth++;
    void *block = original->malloc(original->context, size);
    depth--;
    return counted(block, size);
}

static void *counted_calloc(void *context, size_t count, size_t size)
{
    struct allocator *original = context;
    depth++;
    void *block = original->calloc(original->context, count, size);
    depth--;
    return counted(block, count * size);
}

/* What stays where it was was not allocated anew. */
static void *counted_realloc(void *context, void *block, size_t size)
{
    struct allocator *original = context;
    uintptr_t before = (uintptr_t)block;
    depth++;
    void *now = original->realloc(original->context, block, size);
    depth--;
    return (uintptr_t)now == before ? now : counted(now, size);
}

static void passed_free(void *context, void *block)
{
    struct allocator *original = context;
    original->free(original->context, block);
}

/* Counts from now on; to be called once, with the GIL. */
void allocations_start(void)
{
    for (enum domain domain = DOMAIN_RAW; domain < DOMAINS; domain++) {
        PyMem_GetAllocator(domain, &originals[domain]);
        struct allocator wrapper = {
            &originals[domain], counted_malloc, counted_calloc, counted_realloc, passed_free,
        };
        PyMem_SetAllocator(domain, &wrapper);
    }
}

void allocations_read(uint64_t *count, uint64_t *bytes)
{
    *count = atomic_load_explicit(&allocations, memory_order_relaxed);
    *bytes = atomic_load_explicit(&allocated_bytes, memory_order_relaxed);
}
