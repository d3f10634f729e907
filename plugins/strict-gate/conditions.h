// Every condition of completion, and which of them do not hold.

#pragma once

#include "reading.h"

typedef exports_gansauditor_policy_policy_list_unmet_condition_t unmet_t;

/// Every condition that does not hold under a bar, most important first. Empty is complete.
unmet_t unmet_conditions(const snapshot_t *snapshot, double bar, severity_t severity);

/// One more, of a policy's own, by a short name of lower-case words joined by `-`.
void require_custom(unmet_t *unmet, const char *name, double required, double actual, text_t detail);
