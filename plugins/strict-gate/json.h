// A reader of JSON (RFC 8259) that keeps nothing: it goes over a text and decodes the strings it is asked for.

#pragma once

#include "text.h"

/// What is left to read.
typedef struct {
    const uint8_t *at, *end;
} json_t;

/// The whole text is one value.
bool json_is_valid(text_t text);

/// Past white space and this character; false, and not past the character, when another one is there.
bool json_take(json_t *json, char character);

/// Past a string, which is decoded to the end of `into`. False when it is none, or no Unicode.
bool json_string(json_t *json, builder_t *into);

/// Past one value of any kind.
bool json_value(json_t *json);
