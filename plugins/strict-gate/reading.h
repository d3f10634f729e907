// What a snapshot says: the bar, the loops, the scores. What was not read whole never counts as good.

#pragma once

#include "text.h"

typedef gansauditor_policy_types_snapshot_t snapshot_t;
typedef gansauditor_policy_types_iteration_t iteration_t;
typedef gansauditor_policy_types_review_t review_t;
typedef gansauditor_policy_types_finding_t finding_t;
typedef gansauditor_policy_types_severity_t severity_t;

typedef struct {
    double score;
    /// Number of the tier in force, from 1.
    uint32_t tier;
} bar_t;

/// What this program cannot read, NULL when it can. Such a snapshot is refused, not guessed at.
const char *fault_of(const snapshot_t *snapshot);

/// The iteration to decide on.
const iteration_t *newest_of(const snapshot_t *snapshot);

/// The first tier that is not over yet, after the last one that; a request raises or replaces its score.
bar_t bar_in_force(const snapshot_t *snapshot, uint32_t loop);

/// What the submission asked for, after the operator's mode, goes before the policy's own bar.
double requested_bar(const snapshot_t *snapshot, double own);

/// Loop at which the session stops unless that loop completes.
uint32_t hard_stop_of(const snapshot_t *snapshot);

/// A review that read all of a submission and scored it.
bool is_whole(const review_t *review);

/// The mean over the whole reviews of an iteration, none without any.
audit_policy_option_f64_t score_of(const iteration_t *iteration);

/// An attempt that counts: reviewed whole and scored.
bool is_loop(const iteration_t *iteration);

/// Number of the last loop; 0 when there was none yet.
uint32_t last_loop(const snapshot_t *snapshot);

/// Neither fixed nor waived.
bool is_standing(const finding_t *finding);
