//! Which policy decides, what it may use, and the caps that stand above it.

use crate::config::setting::{Choice, Text, Whole};
use gansauditor_policy::OnFailure;

pub(in crate::config) static POLICY: Text = Text {
    name: "AUDIT_POLICY",
    values: "file",
    default: None,
    meaning: "Evaluation policy, a WebAssembly component. Replacing the file replaces the policy of the running server. Unset: the one put in force with `gansauditor policy activate`, else the built-in one.",
};

pub(in crate::config) static POLICY_SETTINGS: Text = Text {
    name: "AUDIT_POLICY_SETTINGS",
    values: "JSON object, or a file that holds one",
    default: None,
    meaning: "Settings of the policy in AUDIT_POLICY, or of the built-in one; `gansauditor policy inspect` shows what a policy takes. A policy put in force with `gansauditor policy activate` has its own.",
};

pub(in crate::config) static LIMITS: Text = Text {
    name: "AUDIT_POLICY_LIMITS",
    values: "JSON object",
    default: None,
    meaning: "Limits of the policy in AUDIT_POLICY, or of the built-in one: some of deadline_ms (2000), memory_bytes (67108864), table_elements (100000), output_bytes (8388608), and fuel (none; about one unit an instruction, the same on every machine).",
};

pub(in crate::config) static CACHE: Text = Text {
    name: "AUDIT_POLICY_CACHE",
    values: "directory, or off; `~/` is the home directory",
    default: Some("~/.cache/gansauditor/policies"),
    meaning: "Where compiled policies are kept, so that a server starts and changes them at once. Only its user may be able to reach it. Off: they are compiled each time.",
};

pub(in crate::config) static SEAL: Text = Text {
    name: "AUDIT_POLICY_SEAL",
    values: "file; `~/` is the home directory",
    default: Some("~/.local/share/gansauditor/policy-seal.key"),
    meaning: "The secret with which this installation seals policy histories; made when a policy is first put in force. No other history counts, so that no project brings its own. Servers and commands that share a state directory need the same.",
};

pub(in crate::config) static KEYS: Text = Text {
    name: "AUDIT_POLICY_KEYS",
    values: "files, separated by commas",
    default: None,
    meaning: "Public keys of which one must have signed a policy: of minisign, or in PEM as cosign and openssl write them. The signature lies beside the component as NAME.wasm.minisig or NAME.wasm.sig. Unset: none is needed. The built-in policy needs none.",
};

pub(in crate::config) static DIGESTS: Text = Text {
    name: "AUDIT_POLICY_DIGESTS",
    values: "digests (sha256:...), separated by commas",
    default: None,
    meaning: "The only components that may become policies, beside the built-in one. Unset: any.",
};

pub(in crate::config) static IMPORTS: Text = Text {
    name: "AUDIT_POLICY_IMPORTS",
    values: "names of interfaces, separated by commas; a * at the end stands for any rest",
    default: None,
    meaning: "Functions that a policy may import although nothing is behind them, e.g. wasi:*; a policy that calls one fails. Unset: none.",
};

pub(in crate::config) static ON_FAILURE: Choice<OnFailure> = Choice {
    name: "AUDIT_POLICY_ON_FAILURE",
    options: &[
        ("closed", OnFailure::Closed),
        ("last-good", OnFailure::LastGood),
        ("core", OnFailure::Core),
    ],
    default: ("closed", OnFailure::Closed),
    meaning: "Who decides where the policy fails: nobody (the review is kept, and decided on later), the policy before it, or the built-in one. A fallback lets the loop go on or stop; it completes nothing.",
};

pub(in crate::config) static FAILURES: Whole = Whole {
    name: "AUDIT_POLICY_FAILURES",
    min: 1,
    max: 1_000,
    default: 5,
    meaning: "Failures in a row, in more than one session, after which the policy is not asked for a minute.",
};

pub(in crate::config) static MAX_ATTEMPTS: Whole = cap(
    "AUDIT_MAX_ATTEMPTS",
    "Submissions in one cycle of a session, failed ones included, after which it stops whatever the policy decides. 0: four times SYNC_AUDIT_HARD_STOP_LOOPS, and no less than 100.",
);

pub(in crate::config) static MAX_TOKENS: Whole = cap(
    "AUDIT_MAX_TOKENS",
    "Tokens that the judges of one cycle may read and write, after which the session stops whatever the policy decides. 0: no cap.",
);

pub(in crate::config) static MAX_JUDGE_SECONDS: Whole = cap(
    "AUDIT_MAX_JUDGE_SECONDS",
    "Seconds of judging in one cycle, after which the session stops whatever the policy decides. 0: no cap.",
);

/// A cap of the host; 0 is what counts when none is written.
const fn cap(name: &'static str, meaning: &'static str) -> Whole {
    Whole {
        name,
        min: 0,
        max: 1_000_000_000,
        default: 0,
        meaning,
    }
}
