#include "json.h"

#include <string.h>

// Values within values: what is nested deeper would end the stack, and is refused.
enum { DEEPEST = 64 };

static bool value(json_t *json, int depth);

static bool here(const json_t *json, char character) {
    return json->at < json->end && *json->at == (uint8_t)character;
}

static bool step(json_t *json, char character) {
    if (!here(json, character)) return false;
    json->at++;
    return true;
}

static void space(json_t *json) {
    while (here(json, ' ') || here(json, '\t') || here(json, '\n') || here(json, '\r')) json->at++;
}

bool json_take(json_t *json, char character) {
    space(json);
    return step(json, character);
}

bool json_is_valid(text_t text) {
    json_t json = {text.ptr, text.ptr + text.len};
    if (!json_value(&json)) return false;
    space(&json);
    return json.at == json.end;
}

bool json_value(json_t *json) {
    return value(json, 0);
}

static bool word(json_t *json, const char *word) {
    const size_t len = strlen(word);
    if ((size_t)(json->end - json->at) < len || memcmp(json->at, word, len) != 0) return false;
    json->at += len;
    return true;
}

static bool digits(json_t *json) {
    const uint8_t *first = json->at;
    while (json->at < json->end && *json->at >= '0' && *json->at <= '9') json->at++;
    return json->at > first;
}

static bool number(json_t *json) {
    step(json, '-');
    // A zero stands alone: 01 is no number.
    if (!step(json, '0') && !digits(json)) return false;
    if (step(json, '.') && !digits(json)) return false;
    if (!step(json, 'e') && !step(json, 'E')) return true;
    if (!step(json, '+')) step(json, '-');
    return digits(json);
}

static bool hexadecimal(json_t *json, uint32_t *unit) {
    *unit = 0;
    for (int n = 0; n < 4; n++) {
        if (json->at == json->end) return false;
        const uint8_t c = *json->at++;
        const uint8_t letter = c | 0x20;
        if (c >= '0' && c <= '9') *unit = *unit * 16 + (c - '0');
        else if (letter >= 'a' && letter <= 'f') *unit = *unit * 16 + (letter - 'a' + 10);
        else return false;
    }
    return true;
}

static void add_utf8(builder_t *to, uint32_t c) {
    if (c < 0x80) {
        add_byte(to, (uint8_t)c);
        return;
    }
    if (c < 0x800) add_byte(to, (uint8_t)(0xC0 | c >> 6));
    else {
        if (c < 0x10000) add_byte(to, (uint8_t)(0xE0 | c >> 12));
        else {
            add_byte(to, (uint8_t)(0xF0 | c >> 18));
            add_byte(to, (uint8_t)(0x80 | (c >> 12 & 0x3F)));
        }
        add_byte(to, (uint8_t)(0x80 | (c >> 6 & 0x3F)));
    }
    add_byte(to, (uint8_t)(0x80 | (c & 0x3F)));
}

/// What follows `\u`. Half a surrogate pair is no character.
static bool unicode(json_t *json, builder_t *into) {
    uint32_t c, low;
    if (!hexadecimal(json, &c) || (c >= 0xDC00 && c <= 0xDFFF)) return false;
    if (c >= 0xD800 && c <= 0xDBFF) {
        if (!word(json, "\\u") || !hexadecimal(json, &low) || low < 0xDC00 || low > 0xDFFF) return false;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    add_utf8(into, c);
    return true;
}

static bool escape(json_t *json, builder_t *into) {
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (step(json, 'u')) return unicode(json, into);
    if (json->at == json->end) return false;
    const char *name = memchr(names, *json->at++, sizeof names - 1);
    if (name == NULL) return false;
    add_byte(into, (uint8_t)values[name - names]);
    return true;
}

bool json_string(json_t *json, builder_t *into) {
    if (!json_take(json, '"')) return false;
    while (!step(json, '"')) {
        // The end, or a control character.
        if (json->at == json->end || *json->at < 0x20) return false;
        if (!step(json, '\\')) add_byte(into, *json->at++);
        else if (!escape(json, into)) return false;
    }
    return true;
}

static bool list(json_t *json, int depth) {
    if (json_take(json, ']')) return true;
    do {
        if (!value(json, depth)) return false;
    } while (json_take(json, ','));
    return json_take(json, ']');
}

static bool object(json_t *json, int depth) {
    if (json_take(json, '}')) return true;
    do {
        builder_t name = {0};
        if (!json_string(json, &name) || !json_take(json, ':') || !value(json, depth)) return false;
    } while (json_take(json, ','));
    return json_take(json, '}');
}

static bool value(json_t *json, int depth) {
    if (depth > DEEPEST) return false;
    if (json_take(json, '{')) return object(json, depth + 1);
    if (json_take(json, '[')) return list(json, depth + 1);
    if (here(json, '"')) {
        builder_t text = {0};
        return json_string(json, &text);
    }
    return word(json, "true") || word(json, "false") || word(json, "null") || number(json);
}
