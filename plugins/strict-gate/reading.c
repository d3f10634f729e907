#include "reading.h"

const char *fault_of(const snapshot_t *snapshot) {
    if (snapshot->iterations.len == 0) return "there is no iteration";
    if (snapshot->criteria.tiers.len == 0) return "there is no tier";
    return NULL;
}

const iteration_t *newest_of(const snapshot_t *snapshot) {
    return &snapshot->iterations.ptr[snapshot->iterations.len - 1];
}

bar_t bar_in_force(const snapshot_t *snapshot, uint32_t loop) {
    const gansauditor_policy_types_list_tier_t *tiers = &snapshot->criteria.tiers;
    size_t at = 0;
    while (at + 1 < tiers->len && tiers->ptr[at].loops < loop) at++;
    return (bar_t){.score = requested_bar(snapshot, tiers->ptr[at].score), .tier = (uint32_t)at + 1};
}

double requested_bar(const snapshot_t *snapshot, double own) {
    if (!snapshot->request.bar.is_some) return own;
    const gansauditor_policy_types_bar_request_t *asked = &snapshot->request.bar.val;
    if (asked->tag == GANSAUDITOR_POLICY_TYPES_BAR_REQUEST_EXACTLY) return asked->val.exactly;
    return asked->val.at_least > own ? asked->val.at_least : own;
}

uint32_t hard_stop_of(const snapshot_t *snapshot) {
    const uint32_t configured = snapshot->criteria.hard_stop;
    if (!snapshot->request.stop.is_some) return configured;
    const gansauditor_policy_types_stop_request_t *asked = &snapshot->request.stop.val;
    if (asked->tag == GANSAUDITOR_POLICY_TYPES_STOP_REQUEST_EXACTLY) return asked->val.exactly;
    return asked->val.at_most < configured ? asked->val.at_most : configured;
}

bool is_whole(const review_t *review) {
    return review->coverage.tag == GANSAUDITOR_POLICY_TYPES_COVERAGE_WHOLE && review->score.is_some;
}

audit_policy_option_f64_t score_of(const iteration_t *iteration) {
    double sum = 0;
    size_t whole = 0;
    for (size_t n = 0; n < iteration->reviews.len; n++) {
        const review_t *review = &iteration->reviews.ptr[n];
        if (!is_whole(review)) continue;
        sum += review->score.val;
        whole++;
    }
    return (audit_policy_option_f64_t){.is_some = whole > 0, .val = whole > 0 ? sum / (double)whole : 0};
}

bool is_loop(const iteration_t *iteration) {
    return iteration->loop.is_some && score_of(iteration).is_some;
}

uint32_t last_loop(const snapshot_t *snapshot) {
    for (size_t n = snapshot->iterations.len; n > 0; n--) {
        const iteration_t *iteration = &snapshot->iterations.ptr[n - 1];
        if (is_loop(iteration)) return iteration->loop.val;
    }
    return 0;
}

bool is_standing(const finding_t *finding) {
    return finding->state == GANSAUDITOR_POLICY_TYPES_FINDING_STATE_OPEN ||
           finding->state == GANSAUDITOR_POLICY_TYPES_FINDING_STATE_UNREVIEWED;
}
