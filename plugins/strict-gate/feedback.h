// What the agent is told, and what a session that stops leaves behind.

#pragma once

#include "conditions.h"

/// Feedback on the newest submission, under the status that was decided.
gansauditor_policy_types_feedback_t feedback_on(const snapshot_t *snapshot, uint8_t status, unmet_t unmet);

/// What a session that stops leaves behind.
gansauditor_policy_types_termination_report_t termination_of(const snapshot_t *snapshot, unmet_t unmet);
