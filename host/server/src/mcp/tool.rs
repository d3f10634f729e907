//! The tool as agents see it.

use gansauditor_legacy::{TOOL, TOOL_ALIASES, input_schema};
use rmcp::model::{Tool, ToolAnnotations};
use std::sync::Arc;

/// What an agent must know before it looks at the tool.
pub(super) const INSTRUCTIONS: &str = "\
GansAuditor reviews your work, version by version, until it is good enough. Whenever you have written or changed \
code, call `gansauditor_codex` with it; mend what the answer reports; call again with the next version. Go on \
until the answer says `nextThoughtNeeded: false`. Send the same `branchId` with every version of one piece of \
work. Without it, or `loopId`, all calls of this connection are one session, or over HTTP the answer's \
`sessionId` is the one to send back.";

const DESCRIPTION: &str = "\
Submit a version of your work for review. The answer comes when the review is done.

How to iterate:
1. Put the work into `thought`: every file in a fence with its language and path (```python src/app.py), or a \
unified diff. Send whole files, or a diff against what you sent before. Say in a sentence what it is for.
2. Send the same `branchId` with every version of the same work.
3. While `nextThoughtNeeded` is true: do what `feedback.nextSteps`, `feedback.criticalIssues` and \
`feedback.improvements` say, and submit again. `decision.unmet` says what is missing for completion and by how \
much; `ledger` lists every finding with its state.
4. A finding counts as fixed only when its file was reviewed again without it. Leaving a file out does not help; \
nor does submitting the same work again.
5. `nextThoughtNeeded: false` ends the loop: `decision.status` is `complete`, or `stop` with the reason in \
`terminationInfo`. After a stop, do not submit to that session again: show the reason to your user.

Prose without code is acknowledged and not reviewed. `thoughtNumber` and `totalThoughts` are yours: they are \
echoed, and the loop is counted by the server (`loopInfo.currentLoop`).
A fence labelled gan-config with JSON such as {\"task\": \"...\", \"threshold\": 90} may say what the work is to \
achieve and raise the bar.";

/// The one tool.
pub(super) fn tool() -> Tool {
    let annotations = ToolAnnotations::with_title("Audit a version of your work")
        .read_only(false)
        .destructive(false)
        .idempotent(false)
        .open_world(false);
    Tool::new(TOOL, DESCRIPTION, Arc::new(input_schema()))
        .with_title("Audit a version of your work")
        .with_annotations(annotations)
}

/// The name means the tool.
pub(super) fn is_known(name: &str) -> bool {
    name == TOOL || TOOL_ALIASES.contains(&name)
}
