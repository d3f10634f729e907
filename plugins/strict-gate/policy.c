// strict-gate: nothing is complete while a finding of the chosen severity stands.
//
// Completes at the bar of the operator's tiers when every condition holds; stops at the hard stop. These are the
// three functions that the generated bindings call.

#include "feedback.h"
#include "settings.h"

typedef exports_gansauditor_policy_policy_decision_t decision_t;
typedef gansauditor_policy_types_error_t error_t;

void exports_gansauditor_policy_policy_describe(exports_gansauditor_policy_policy_description_t *ret) {
    *ret = (exports_gansauditor_policy_policy_description_t){
        .name = text_of("strict-gate"),
        .version = text_of("1.0.0"),
        .summary = text_of("Completes at the bar when all was read and no finding of the chosen severity or worse stands; stops at the hard stop."),
        .settings_schema = text_of(settings_schema),
        // This policy does not look at texts.
        .history = {.submissions = 0, .bytes = 0},
    };
}

bool exports_gansauditor_policy_policy_validate_settings(text_t *text, exports_gansauditor_policy_policy_list_problem_t *err) {
    settings_t settings;
    problems_t problems;
    const bool accepted = settings_read(*text, &settings, &problems);
    // To the bindings this list is a type of its own.
    *err = (exports_gansauditor_policy_policy_list_problem_t){.ptr = problems.ptr, .len = problems.len};
    return accepted;
}

static gansauditor_policy_types_status_t status_for(unmet_t unmet, uint32_t loop, uint32_t hard_stop, bar_t bar) {
    gansauditor_policy_types_status_t status = {.tag = GANSAUDITOR_POLICY_TYPES_STATUS_CONTINUE};
    if (unmet.len == 0) {
        status.tag = GANSAUDITOR_POLICY_TYPES_STATUS_COMPLETE;
        status.val.complete.tag = GANSAUDITOR_POLICY_TYPES_COMPLETE_REASON_BAR_MET;
        status.val.complete.val.bar_met = bar.tier;
    } else if (loop >= hard_stop) {
        status.tag = GANSAUDITOR_POLICY_TYPES_STATUS_STOP;
        status.val.stop.tag = GANSAUDITOR_POLICY_TYPES_STOP_REASON_HARD_STOP;
    }
    return status;
}

bool exports_gansauditor_policy_policy_evaluate(snapshot_t *snapshot, decision_t *ret, error_t *err) {
    settings_t settings;
    problems_t problems;
    if (!settings_read(snapshot->settings, &settings, &problems)) {
        err->tag = GANSAUDITOR_POLICY_TYPES_ERROR_INVALID_SETTINGS;
        err->val.invalid_settings = problems;
        return false;
    }
    const char *fault = fault_of(snapshot);
    if (fault != NULL) {
        err->tag = GANSAUDITOR_POLICY_TYPES_ERROR_INVALID_SNAPSHOT;
        err->val.invalid_snapshot = text_of(fault);
        return false;
    }
    const uint32_t loop = last_loop(snapshot), hard_stop = hard_stop_of(snapshot);
    const bar_t bar = bar_in_force(snapshot, loop);
    const unmet_t unmet = unmet_conditions(snapshot, bar.score, settings.severity);
    const gansauditor_policy_types_status_t status = status_for(unmet, loop, hard_stop, bar);
    const bool stops = status.tag == GANSAUDITOR_POLICY_TYPES_STATUS_STOP;
    // What is not named is absent, or empty: no memo, no extensions, no signs of stagnation.
    *ret = (decision_t){
        .status = status,
        .loop = loop,
        .bar = bar.score,
        .hard_stop = hard_stop,
        .score = score_of(newest_of(snapshot)),
        .unmet = unmet,
        .stagnation = {.explanation = text_of("This policy does not look for stagnation.")},
        .feedback = feedback_on(snapshot, status.tag, unmet),
    };
    ret->termination.is_some = stops;
    if (stops) ret->termination.val = termination_of(snapshot, unmet);
    return true;
}
