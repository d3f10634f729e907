#include "text.h"

#include <stdlib.h>
#include <string.h>

text_t text_of(const char *constant) {
    return (text_t){.ptr = (uint8_t *)constant, .len = strlen(constant)};
}

bool text_equal(text_t a, text_t b) {
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

int text_compare(text_t a, text_t b) {
    const int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    if (order != 0) return order;
    return (a.len > b.len) - (a.len < b.len);
}

text_t text_short(text_t text, size_t most) {
    if (text.len <= most) return text;
    // The bytes of a character after its first are 10xxxxxx.
    while (most > 0 && (text.ptr[most] & 0xC0) == 0x80) most--;
    return (text_t){.ptr = text.ptr, .len = most};
}

void add_text(builder_t *to, text_t text) {
    // An empty text may have no place, and memcpy wants one.
    if (text.len == 0) return;
    const size_t len = to->text.len + text.len;
    if (len > to->capacity) {
        to->capacity = 2 * len;
        to->text.ptr = realloc(to->text.ptr, to->capacity);
    }
    memcpy(to->text.ptr + to->text.len, text.ptr, text.len);
    to->text.len = len;
}

void add(builder_t *to, const char *constant) {
    add_text(to, text_of(constant));
}

void add_byte(builder_t *to, uint8_t byte) {
    add_text(to, (text_t){.ptr = &byte, .len = 1});
}

void add_number(builder_t *to, size_t number) {
    if (number >= 10) add_number(to, number / 10);
    add_byte(to, (uint8_t)('0' + number % 10));
}

void add_points(builder_t *to, double points) {
    // Within 0 and 100 by contract; what is not, is shown as the nearest that is.
    const double shown = points > 0 ? (points < 100 ? points : 100) : 0;
    const size_t tenths = (size_t)(shown * 10 + 0.5);
    add_number(to, tenths / 10);
    if (tenths % 10 != 0) {
        add_byte(to, '.');
        add_number(to, tenths % 10);
    }
}

void add_counted(builder_t *to, size_t number, const char *thing) {
    add_number(to, number);
    add(to, " ");
    add(to, thing);
    if (number != 1) add(to, "s");
}
