// Texts: pieces that are passed on, and texts that are put together.

#pragma once

#include "audit_policy.h"

typedef audit_policy_string_t text_t;

/// A text that grows. All zero is the empty one.
typedef struct {
    text_t text;
    size_t capacity;
} builder_t;

/// A constant as a text.
text_t text_of(const char *constant);

bool text_equal(text_t a, text_t b);

/// Order of the bytes, which in UTF-8 is that of the characters.
int text_compare(text_t a, text_t b);

/// The beginning of a text, in whole characters: a decision has a bound.
text_t text_short(text_t text, size_t most);

void add(builder_t *to, const char *constant);
void add_text(builder_t *to, text_t text);
void add_byte(builder_t *to, uint8_t byte);
void add_number(builder_t *to, size_t number);

/// Points, with one decimal at most.
void add_points(builder_t *to, double points);

/// A number of things.
void add_counted(builder_t *to, size_t number, const char *thing);
