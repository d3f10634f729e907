// What can be set.

#pragma once

#include "text.h"

typedef gansauditor_policy_types_list_problem_t problems_t;

typedef struct {
    /// Findings of this severity or worse forbid completion.
    gansauditor_policy_types_severity_t severity;
} settings_t;

/// The JSON Schema of the settings.
extern const char settings_schema[];

/// The settings of a text, or every fault of it with its place.
bool settings_read(text_t text, settings_t *settings, problems_t *problems);
