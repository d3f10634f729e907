#include "feedback.h"

#include <stdlib.h>

/// Most findings in the feedback, and most bytes of a judge's text: a decision has a bound.
enum { MOST_ITEMS = 50, LONGEST_TEXT = 500 };

/// Findings that stand.
typedef struct {
    const finding_t **ptr;
    size_t len;
} standing_t;

/// By severity, then path, then line; those without a place first, and otherwise in the order of the ledger.
static int worst_first(const void *left, const void *right) {
    const finding_t *a = *(const finding_t *const *)left, *b = *(const finding_t *const *)right;
    if (a->severity != b->severity) return a->severity < b->severity ? -1 : 1;
    if (a->location.is_some != b->location.is_some) return a->location.is_some ? 1 : -1;
    if (a->location.is_some) {
        const int order = text_compare(a->location.val.path, b->location.val.path);
        if (order != 0) return order;
        const uint32_t above = a->location.val.line.is_some ? a->location.val.line.val : 0;
        const uint32_t below = b->location.val.line.is_some ? b->location.val.line.val : 0;
        if (above != below) return above < below ? -1 : 1;
    }
    return (a > b) - (a < b);
}

static standing_t standing_in(const snapshot_t *snapshot) {
    standing_t standing = {.ptr = calloc(snapshot->findings.len, sizeof *standing.ptr)};
    for (size_t n = 0; n < snapshot->findings.len; n++) {
        const finding_t *finding = &snapshot->findings.ptr[n];
        if (is_standing(finding)) standing.ptr[standing.len++] = finding;
    }
    qsort(standing.ptr, standing.len, sizeof *standing.ptr, worst_first);
    return standing;
}

static gansauditor_policy_types_priority_t priority_of(severity_t severity) {
    switch (severity) {
    case GANSAUDITOR_POLICY_TYPES_SEVERITY_BLOCKER:
    case GANSAUDITOR_POLICY_TYPES_SEVERITY_CRITICAL: return GANSAUDITOR_POLICY_TYPES_PRIORITY_CRITICAL;
    case GANSAUDITOR_POLICY_TYPES_SEVERITY_MAJOR: return GANSAUDITOR_POLICY_TYPES_PRIORITY_HIGH;
    case GANSAUDITOR_POLICY_TYPES_SEVERITY_MINOR: return GANSAUDITOR_POLICY_TYPES_PRIORITY_MEDIUM;
    default: return GANSAUDITOR_POLICY_TYPES_PRIORITY_LOW;
    }
}

static gansauditor_policy_types_feedback_item_t item_for(const finding_t *finding) {
    return (gansauditor_policy_types_feedback_item_t){
        .finding = text_short(finding->fingerprint, LONGEST_TEXT),
        .category = finding->category,
        .severity = finding->severity,
        .priority = priority_of(finding->severity),
        .location = finding->location,
        .description = text_short(finding->message, LONGEST_TEXT),
        .action = finding->advice.is_some ? text_short(finding->advice.val, LONGEST_TEXT) : text_of("Mend it."),
    };
}

static void add_details(builder_t *to, unmet_t unmet) {
    for (size_t n = 0; n < unmet.len; n++) {
        if (n > 0) add(to, " ");
        add_text(to, unmet.ptr[n].detail);
    }
}

static text_t summary_of(uint8_t status, unmet_t unmet) {
    builder_t summary = {0};
    if (status == GANSAUDITOR_POLICY_TYPES_STATUS_COMPLETE) add(&summary, "The work is complete.");
    if (status == GANSAUDITOR_POLICY_TYPES_STATUS_STOP) add(&summary, "The session stops at its last loop. ");
    add_details(&summary, unmet);
    return summary.text;
}

static void name(audit_policy_list_string_t *names, const finding_t *finding) {
    if (names->ptr == NULL) names->ptr = calloc(MOST_ITEMS, sizeof *names->ptr);
    if (names->len < MOST_ITEMS) names->ptr[names->len++] = text_short(finding->fingerprint, LONGEST_TEXT);
}

/// What this submission fixed, brought and brought back.
static void add_changes(gansauditor_policy_types_feedback_t *feedback, const snapshot_t *snapshot) {
    const iteration_t *newest = newest_of(snapshot);
    // The ledger books what an attempt that was no loop reported under the next one.
    const uint32_t loop = newest->loop.is_some ? newest->loop.val : last_loop(snapshot) + 1;
    for (size_t n = 0; n < snapshot->findings.len; n++) {
        const finding_t *finding = &snapshot->findings.ptr[n];
        if (finding->fixed_in.is_some && finding->fixed_in.val == loop) name(&feedback->fixed, finding);
        if (finding->first_seen == loop && finding->reopened == 0) name(&feedback->new_, finding);
        if (finding->last_seen == loop && finding->reopened > 0) name(&feedback->reopened, finding);
    }
}

static gansauditor_policy_types_progress_t progress_in(const snapshot_t *snapshot) {
    gansauditor_policy_types_progress_t progress = {
        .trend = GANSAUDITOR_POLICY_TYPES_TREND_STAGNANT,
        .confidence = 0.5,
        .scores = {.ptr = calloc(snapshot->iterations.len, sizeof(double))},
    };
    for (size_t n = 0; n < snapshot->iterations.len; n++) {
        const iteration_t *iteration = &snapshot->iterations.ptr[n];
        if (is_loop(iteration)) progress.scores.ptr[progress.scores.len++] = score_of(iteration).val;
    }
    if (progress.scores.len < 2) return progress;
    const double *last = &progress.scores.ptr[progress.scores.len - 1];
    if (last[0] > last[-1]) progress.trend = GANSAUDITOR_POLICY_TYPES_TREND_IMPROVING;
    if (last[0] < last[-1]) progress.trend = GANSAUDITOR_POLICY_TYPES_TREND_DECLINING;
    return progress;
}

gansauditor_policy_types_feedback_t feedback_on(const snapshot_t *snapshot, uint8_t status, unmet_t unmet) {
    const standing_t standing = standing_in(snapshot);
    const size_t shown = standing.len < MOST_ITEMS ? standing.len : MOST_ITEMS;
    gansauditor_policy_types_feedback_t feedback = {
        .summary = summary_of(status, unmet),
        .items = {.ptr = calloc(shown, sizeof *feedback.items.ptr), .len = shown},
        .omitted = (uint32_t)(standing.len - shown),
        .progress = progress_in(snapshot),
        .next_steps = {.ptr = calloc(unmet.len, sizeof *feedback.next_steps.ptr), .len = unmet.len},
    };
    for (size_t n = 0; n < shown; n++) feedback.items.ptr[n] = item_for(standing.ptr[n]);
    for (size_t n = 0; n < unmet.len; n++) {
        feedback.next_steps.ptr[n] = (gansauditor_policy_types_next_step_t){
            .action = unmet.ptr[n].detail,
            .rationale = text_of("It stands between the work and completion."),
            .expected_outcome = text_of("The condition holds."),
            .priority = GANSAUDITOR_POLICY_TYPES_PRIORITY_HIGH,
        };
    }
    add_changes(&feedback, snapshot);
    return feedback;
}

/// Share of the loops whose last review was a `reject`.
static double failure_rate(const snapshot_t *snapshot) {
    size_t loops = 0, rejected = 0;
    for (size_t n = 0; n < snapshot->iterations.len; n++) {
        const iteration_t *iteration = &snapshot->iterations.ptr[n];
        if (!is_loop(iteration)) continue;
        loops++;
        rejected += iteration->reviews.ptr[iteration->reviews.len - 1].verdict == GANSAUDITOR_POLICY_TYPES_VERDICT_REJECT;
    }
    return loops > 0 ? (double)rejected / (double)loops : 0;
}

gansauditor_policy_types_termination_report_t termination_of(const snapshot_t *snapshot, unmet_t unmet) {
    static text_t recommendation[1];
    recommendation[0] = text_of("Split the task, or have a person look at it.");
    builder_t assessment = {0};
    add(&assessment, "Not complete in the loops there were. ");
    add_details(&assessment, unmet);
    gansauditor_policy_types_termination_report_t report = {
        .failure_rate = failure_rate(snapshot),
        .assessment = assessment.text,
        .recommendations = {.ptr = recommendation, .len = 1},
    };
    const standing_t standing = standing_in(snapshot);
    for (size_t n = 0; n < standing.len; n++) {
        if (standing.ptr[n]->severity <= GANSAUDITOR_POLICY_TYPES_SEVERITY_CRITICAL) name(&report.critical_findings, standing.ptr[n]);
    }
    return report;
}
