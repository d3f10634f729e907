#include "conditions.h"

#include "files.h"

#include <stdlib.h>

/// Share of the rubric that a review must have assessed for its submission to complete.
static const double MINIMUM_ASSESSED = 0.5;

/// Names in one condition's text, and bytes of each.
enum { MOST_NAMES = 5, LONGEST_NAME = 200 };

/// Some names, and how many more there are.
typedef struct {
    builder_t names;
    size_t number;
} listing_t;

static void list(listing_t *listing, text_t name) {
    if (listing->number++ >= MOST_NAMES) return;
    if (listing->number > 1) add(&listing->names, ", ");
    add_text(&listing->names, text_short(name, LONGEST_NAME));
}

static void add_listed(builder_t *to, const listing_t *listing) {
    add_text(to, listing->names.text);
    if (listing->number <= MOST_NAMES) return;
    add(to, " and ");
    add_number(to, listing->number - MOST_NAMES);
    add(to, " more");
}

static void require(unmet_t *unmet, uint8_t condition, double required, double actual, text_t detail) {
    unmet->ptr = realloc(unmet->ptr, (unmet->len + 1) * sizeof *unmet->ptr);
    unmet->ptr[unmet->len++] = (gansauditor_policy_types_unmet_condition_t){
        .condition = {.tag = condition},
        .required = required,
        .actual = actual,
        .margin = required > actual ? required - actual : actual - required,
        .detail = detail,
    };
}

void require_custom(unmet_t *unmet, const char *name, double required, double actual, text_t detail) {
    require(unmet, GANSAUDITOR_POLICY_TYPES_CONDITION_CUSTOM, required, actual, detail);
    unmet->ptr[unmet->len - 1].condition.val.custom = text_of(name);
}

/// Each review of the newest submission read all of it and scored it. Counted in reviews.
static void partial_review(unmet_t *unmet, const iteration_t *newest) {
    size_t whole = 0;
    for (size_t n = 0; n < newest->reviews.len; n++) whole += is_whole(&newest->reviews.ptr[n]);
    const size_t wanted = newest->reviews.len > 0 ? newest->reviews.len : 1;
    if (whole == wanted) return;
    require(unmet, GANSAUDITOR_POLICY_TYPES_CONDITION_PARTIAL_REVIEW, (double)wanted, (double)whole,
            text_of("Not every review read and scored all of the submission; submit it again, in smaller parts if it is large."));
}

/// No standing finding of the severity or worse. Counted in findings.
static void blocking_findings(unmet_t *unmet, const snapshot_t *snapshot, severity_t severity) {
    // The stricter of the two holds: settings of a policy never loosen what the operator configured.
    const severity_t mildest = severity > snapshot->criteria.blocking_severity ? severity : snapshot->criteria.blocking_severity;
    text_t *paths = calloc(snapshot->findings.len, sizeof *paths);
    size_t located = 0, blocking = 0;
    for (size_t n = 0; n < snapshot->findings.len; n++) {
        const finding_t *finding = &snapshot->findings.ptr[n];
        if (!is_standing(finding) || finding->severity > mildest) continue;
        blocking++;
        if (finding->location.is_some) paths[located++] = finding->location.val.path;
    }
    if (blocking == 0) return;
    listing_t places = {0};
    const size_t different = text_sort(paths, located);
    for (size_t n = 0; n < different; n++) list(&places, paths[n]);
    builder_t detail = {0};
    add(&detail, "Fix ");
    add_counted(&detail, blocking, "blocking finding");
    if (places.number > 0) add(&detail, " in ");
    add_listed(&detail, &places);
    add(&detail, ".");
    require(unmet, GANSAUDITOR_POLICY_TYPES_CONDITION_BLOCKING_FINDINGS, 0, (double)blocking, detail.text);
}

/// The score meets the bar. In points.
static void score_below_bar(unmet_t *unmet, const iteration_t *newest, double bar) {
    const audit_policy_option_f64_t score = score_of(newest);
    // Without a score the review was not whole, which is said already.
    if (!score.is_some || score.val >= bar) return;
    builder_t detail = {0};
    add(&detail, "Raise the score from ");
    add_points(&detail, score.val);
    add(&detail, " to ");
    add_points(&detail, bar);
    add(&detail, ".");
    require(unmet, GANSAUDITOR_POLICY_TYPES_CONDITION_SCORE_BELOW_BAR, bar, score.val, detail.text);
}

/// A whole review read the latest version of every file that this submission does not hold, or holds and was
/// read whole. Where it was not, `partial-review` says so already. Counted in files.
static void uncovered_files(unmet_t *unmet, files_t files, bool is_read) {
    listing_t missing = {0};
    size_t present = 0;
    for (size_t n = 0; n < files.len; n++) {
        const file_t *file = &files.ptr[n];
        if (file->latest == NULL) continue;
        present++;
        if (!file->covered && (is_read || !file->held)) list(&missing, file->path);
    }
    if (missing.number == 0) return;
    builder_t detail = {0};
    add(&detail, "Submit ");
    add_listed(&detail, &missing);
    add(&detail, " again: no whole review read the latest version.");
    require(unmet, GANSAUDITOR_POLICY_TYPES_CONDITION_UNCOVERED_FILES, (double)present, (double)(present - missing.number),
            detail.text);
}

/// Nobody completes by submitting less: a file that is left out speaks through the loop that read it last. In points.
static void left_out_files(unmet_t *unmet, files_t files, double bar) {
    listing_t left = {0};
    double lowest = bar;
    for (size_t n = 0; n < files.len; n++) {
        const file_t *file = &files.ptr[n];
        // One that no loop read is uncovered.
        if (file->latest == NULL || file->held || !file->score.is_some || file->score.val >= bar) continue;
        list(&left, file->path);
        if (file->score.val < lowest) lowest = file->score.val;
    }
    if (left.number == 0) return;
    builder_t detail = {0};
    add(&detail, "Submit ");
    add_listed(&detail, &left);
    add(&detail, " again: left out here, and last read in a version that scored ");
    add_points(&detail, lowest);
    add(&detail, ".");
    require(unmet, GANSAUDITOR_POLICY_TYPES_CONDITION_LEFT_OUT_FILES, bar, lowest, detail.text);
}

/// Enough of the rubric was assessed by every review that counts. A share of the rubric.
static void too_little_assessed(unmet_t *unmet, const iteration_t *newest) {
    double least = 1;
    for (size_t n = 0; n < newest->reviews.len; n++) {
        const review_t *review = &newest->reviews.ptr[n];
        if (is_whole(review) && !(review->assessed_weight >= least)) least = review->assessed_weight;
    }
    if (least >= MINIMUM_ASSESSED) return;
    builder_t detail = {0};
    add(&detail, "The review assessed ");
    add_points(&detail, least * 100);
    add(&detail, " % of the rubric; submit what it could not judge, tests included.");
    require(unmet, GANSAUDITOR_POLICY_TYPES_CONDITION_TOO_LITTLE_ASSESSED, MINIMUM_ASSESSED, least, detail.text);
}

unmet_t unmet_conditions(const snapshot_t *snapshot, double bar, severity_t severity) {
    const iteration_t *newest = newest_of(snapshot);
    const files_t files = files_of(snapshot);
    unmet_t unmet = {0};
    partial_review(&unmet, newest);
    blocking_findings(&unmet, snapshot, severity);
    score_below_bar(&unmet, newest, bar);
    uncovered_files(&unmet, files, score_of(newest).is_some);
    left_out_files(&unmet, files, bar);
    too_little_assessed(&unmet, newest);
    return unmet;
}
