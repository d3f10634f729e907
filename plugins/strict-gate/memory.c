// Memory that is never given back.
//
// The host makes an instance for every call and drops it afterwards, so freeing would be work for nothing. That
// nothing is freed also lets an answer point into the snapshot, and to constants, where a text is passed on as it is.
// These definitions take the place of the libc's own.

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// A multiple of what any type needs; and the size of a page of WebAssembly memory.
enum { ALIGNMENT = 16, PAGE = 65536 };

// First address behind the data and the stack, set by the linker.
extern unsigned char __heap_base;

static uintptr_t next;

// Never NULL: without memory there is no decision, and a trap is how a policy says so.
void *malloc(size_t size) {
    if (next == 0) next = ((uintptr_t)&__heap_base + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1);
    if (size > SIZE_MAX / 2) __builtin_trap();
    const size_t have = (size_t)__builtin_wasm_memory_size(0) * PAGE - next;
    const size_t whole = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (whole > have) {
        const size_t pages = (whole - have + PAGE - 1) / PAGE;
        if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX) __builtin_trap();
    }
    void *block = (void *)next;
    next += whole;
    return block;
}

void *calloc(size_t number, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(number, size, &bytes)) __builtin_trap();
    // Memory is zero when it is new, and none is used twice.
    return malloc(bytes);
}

// Copies what was there. The old size is not on record: reading past it stays within what was allocated since.
void *realloc(void *old, size_t size) {
    unsigned char *block = malloc(size);
    if (old == NULL) return block;
    const size_t most = (size_t)(block - (unsigned char *)old);
    memcpy(block, old, size < most ? size : most);
    return block;
}

void free(void *block) {
    (void)block;
}
