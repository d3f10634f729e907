#include "files.h"

#include <stdlib.h>

// A cycle may have many files and many attempts: everything is looked up by halving, nothing by going through all.

static int by_text(const void *a, const void *b) {
    return text_compare(*(const text_t *)a, *(const text_t *)b);
}

static int by_path(const void *path, const void *file) {
    return text_compare(*(const text_t *)path, ((const file_t *)file)->path);
}

size_t text_sort(text_t *texts, size_t number) {
    qsort(texts, number, sizeof *texts, by_text);
    size_t kept = 0;
    for (size_t n = 0; n < number; n++) {
        if (kept == 0 || !text_equal(texts[kept - 1], texts[n])) texts[kept++] = texts[n];
    }
    return kept;
}

static file_t *find(files_t files, text_t path) {
    return bsearch(&path, files.ptr, files.len, sizeof *files.ptr, by_path);
}

/// Every path that any attempt held.
static files_t named(const snapshot_t *snapshot) {
    size_t number = 0;
    for (size_t i = 0; i < snapshot->iterations.len; i++) number += snapshot->iterations.ptr[i].files.len;
    text_t *paths = calloc(number, sizeof *paths);
    size_t at = 0;
    for (size_t i = 0; i < snapshot->iterations.len; i++) {
        const iteration_t *iteration = &snapshot->iterations.ptr[i];
        for (size_t n = 0; n < iteration->files.len; n++) paths[at++] = iteration->files.ptr[n].path;
    }
    files_t files = {.len = text_sort(paths, number)};
    files.ptr = calloc(files.len, sizeof *files.ptr);
    for (size_t n = 0; n < files.len; n++) files.ptr[n].path = paths[n];
    return files;
}

static void note_latest(files_t files, const iteration_t *iteration) {
    for (size_t n = 0; n < iteration->files.len; n++) {
        const gansauditor_policy_types_file_version_t *version = &iteration->files.ptr[n];
        find(files, version->path)->latest = version->digest.is_some ? &version->digest.val : NULL;
    }
}

static void note_read(files_t files, const iteration_t *iteration, size_t number) {
    const audit_policy_option_f64_t score = score_of(iteration);
    for (size_t r = 0; r < iteration->reviews.len; r++) {
        const review_t *review = &iteration->reviews.ptr[r];
        if (!is_whole(review)) continue;
        for (size_t n = 0; n < review->covered.len; n++) {
            file_t *file = find(files, review->covered.ptr[n]);
            // A review that names what nobody submitted covers nothing by it.
            if (file == NULL) continue;
            file->read_in = number;
            if (is_loop(iteration)) file->score = score;
        }
    }
}

static void note_covered(files_t files, const iteration_t *iteration, size_t number) {
    for (size_t n = 0; n < iteration->files.len; n++) {
        const gansauditor_policy_types_file_version_t *version = &iteration->files.ptr[n];
        file_t *file = find(files, version->path);
        const bool is_latest = file->latest != NULL && version->digest.is_some && text_equal(*file->latest, version->digest.val);
        if (is_latest && file->read_in == number) file->covered = true;
    }
}

files_t files_of(const snapshot_t *snapshot) {
    const files_t files = named(snapshot);
    for (size_t i = 0; i < snapshot->iterations.len; i++) note_latest(files, &snapshot->iterations.ptr[i]);
    for (size_t i = 0; i < snapshot->iterations.len; i++) {
        note_read(files, &snapshot->iterations.ptr[i], i + 1);
        note_covered(files, &snapshot->iterations.ptr[i], i + 1);
    }
    const iteration_t *newest = newest_of(snapshot);
    for (size_t n = 0; n < newest->files.len; n++) find(files, newest->files.ptr[n].path)->held = true;
    return files;
}
