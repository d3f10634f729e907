#include "settings.h"

#include "json.h"

#include <stdlib.h>

const char settings_schema[] =
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
    "\"title\":\"Settings of strict-gate\",\"type\":\"object\",\"additionalProperties\":false,"
    "\"properties\":{\"severity\":{"
    "\"description\":\"Findings of this severity or worse forbid completion; of the operator's, where that is stricter.\","
    "\"enum\":[\"blocker\",\"critical\",\"major\",\"minor\"],\"default\":\"minor\"}}}";

/// Longest text that is read, in bytes.
enum { LONGEST = 4096 };

/// By their numbers in the contract. `info` is no choice: a hint never counts against completion.
static const char *const SEVERITIES[] = {"blocker", "critical", "major", "minor"};

static void problem(problems_t *problems, text_t path, const char *message) {
    problems->ptr = realloc(problems->ptr, (problems->len + 1) * sizeof *problems->ptr);
    problems->ptr[problems->len++] = (gansauditor_policy_types_problem_t){.path = path, .message = text_of(message)};
}

/// The place of a member.
static text_t pointer(text_t name) {
    builder_t path = {0};
    add(&path, "/");
    for (size_t n = 0; n < name.len; n++) {
        if (name.ptr[n] == '~') add(&path, "~0");
        else if (name.ptr[n] == '/') add(&path, "~1");
        else add_byte(&path, name.ptr[n]);
    }
    return path.text;
}

/// Past the value of `severity`. False when it is not one of them.
static bool severity(json_t *json, settings_t *settings) {
    const json_t before = *json;
    builder_t name = {0};
    if (!json_string(json, &name)) {
        *json = before;
        json_value(json);
        return false;
    }
    for (size_t n = 0; n < sizeof SEVERITIES / sizeof *SEVERITIES; n++) {
        if (!text_equal(name.text, text_of(SEVERITIES[n]))) continue;
        settings->severity = (gansauditor_policy_types_severity_t)n;
        return true;
    }
    return false;
}

/// The members of an object that is known to be JSON.
static void members(json_t *json, settings_t *settings, problems_t *problems) {
    bool given = false;
    if (json_take(json, '}')) return;
    do {
        builder_t name = {0};
        json_string(json, &name);
        json_take(json, ':');
        if (!text_equal(name.text, text_of("severity"))) {
            json_value(json);
            problem(problems, pointer(name.text), "there is no such setting; there is severity");
            continue;
        }
        if (!severity(json, settings)) {
            problem(problems, text_of("/severity"), "one of blocker, critical, major and minor is wanted");
        }
        // Readers of JSON differ on which of the two would hold.
        if (given) problem(problems, text_of("/severity"), "this is given twice");
        given = true;
    } while (json_take(json, ','));
}

bool settings_read(text_t text, settings_t *settings, problems_t *problems) {
    *settings = (settings_t){.severity = GANSAUDITOR_POLICY_TYPES_SEVERITY_MINOR};
    *problems = (problems_t){0};
    if (text.len == 0) return true;
    json_t json = {text.ptr, text.ptr + text.len};
    if (text.len > LONGEST) problem(problems, text_of(""), "settings are 4096 bytes at most");
    else if (!json_is_valid(text)) problem(problems, text_of(""), "this is not JSON, or it nests too deep");
    else if (!json_take(&json, '{')) problem(problems, text_of(""), "settings are a JSON object");
    else members(&json, settings, problems);
    return problems->len == 0;
}
