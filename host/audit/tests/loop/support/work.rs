//! What is submitted.

use gansauditor_audit::AuditRequest;
use gansauditor_audit::domain::SessionId;
use gansauditor_submission::{Limits, read};
use tokio_util::sync::CancellationToken;

/// Code with a defect, and the same without it.
pub(crate) const EVIL: &str = "def run(text):\n    return eval(text)";
pub(crate) const GOOD: &str = "def run(text):\n    return literal(text)";

/// The way from [`EVIL`] to [`GOOD`] in `a.py`, and away from [`EVIL`] altogether.
pub(crate) const MENDING: &str = "```diff\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n def run(text):\n-    return eval(text)\n+    return literal(text)\n```\n";
pub(crate) const DELETION: &str = "```diff\n--- a/a.py\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-def run(text):\n-    return eval(text)\n```\n";

/// A file of that name.
pub(crate) fn python(path: &str, code: &str) -> String {
    format!("```python {path}\n{code}\n```\n")
}

/// One line of `a.py` replaced by another.
pub(crate) fn diff(line: u32, old: &str, new: &str) -> String {
    format!("```diff\n--- a/a.py\n+++ b/a.py\n@@ -{line},1 +{line},1 @@\n-{old}\n+{new}\n```")
}

/// Work with a configuration of its audit before it.
pub(crate) fn configured(json: &str, work: &str) -> String {
    format!("```gan-config\n{json}\n```\n{work}")
}

pub(crate) fn request(session: &str, text: &str) -> AuditRequest {
    let reading = read(text, &Limits::default()).unwrap();
    AuditRequest {
        session: SessionId::new(session).unwrap(),
        submission: reading.submission.expect("the text holds code"),
        config: reading.config,
        patched: Default::default(),
        thought_number: 1,
        cancel: CancellationToken::new(),
    }
}
