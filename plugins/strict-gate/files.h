// The files of a cycle, each with what became of it over all attempts.

#pragma once

#include "reading.h"

typedef struct {
    text_t path;
    /// Digest of its latest version, NULL when it was deleted on purpose.
    const text_t *latest;
    /// The newest submission holds it.
    bool held;
    /// A whole review read its latest version.
    bool covered;
    /// Score of the last loop that read it, in any version.
    audit_policy_option_f64_t score;
    /// Number of the last iteration that read it, from 1.
    size_t read_in;
} file_t;

/// By path.
typedef struct {
    file_t *ptr;
    size_t len;
} files_t;

files_t files_of(const snapshot_t *snapshot);

/// Sorts texts and leaves out what is there already. The number of those that are left.
size_t text_sort(text_t *texts, size_t number);
