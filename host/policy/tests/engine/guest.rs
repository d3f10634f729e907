//! Small policies written by hand, for what no compiler would emit.

use gansauditor_audit::domain::{
    Caps, Coverage, Criteria, Digest, FileVersion, IterationView, JudgeIdentity, JudgeKind,
    Request, Review, Score, Snapshot, Spend, Timestamp, Usage, Verdict,
};
use std::path::Path;
use wit_component::StringEncoding;
use wit_parser::Resolve;

/// The time at which a [`Guest`] misbehaves. At any other it decides to continue.
pub(crate) const TRIGGER: Timestamp = Timestamp(666);

/// A policy in WebAssembly text. Every field replaces the decent piece of the same name.
pub(crate) struct Guest<'a> {
    /// Name in the description; at most 16 bytes.
    pub(crate) name: &'a str,
    /// Further items of the module.
    pub(crate) items: &'a str,
    /// Runs when the snapshot's `now` is [`TRIGGER`]; `local.get 0` is the snapshot. The answer lies at 4096:
    /// what it does not set is zero, apart from one unmet condition.
    pub(crate) on_trigger: &'a str,
    /// Runs in every evaluation.
    pub(crate) on_evaluate: &'a str,
    /// Runs in `describe`; the description lies at 1024.
    pub(crate) on_describe: &'a str,
    /// Runs in `validate-settings`; the answer lies at 3072.
    pub(crate) on_settings: &'a str,
    /// Declaration of the memory.
    pub(crate) memory: &'a str,
    /// Imports the function `now`, as `$now`.
    pub(crate) asks_the_time: bool,
}

impl Default for Guest<'_> {
    fn default() -> Self {
        Self {
            name: "decent",
            items: "",
            on_trigger: "",
            on_evaluate: "",
            on_describe: "",
            on_settings: "",
            memory: "16",
            asks_the_time: false,
        }
    }
}

/// Offsets into the answer of `evaluate`, from the canonical ABI's layout of `result<decision, error>`.
pub(crate) mod answer {
    /// Whether it is an error.
    pub(crate) const TAG: u32 = 4096;
    /// The payload: a decision, or the tag of an error whose text pointer and length follow.
    pub(crate) const DECISION: u32 = TAG + 8;
    pub(crate) const STATUS: u32 = DECISION;
    pub(crate) const BAR: u32 = DECISION + 24;
    pub(crate) const UNMET: u32 = DECISION + 56;
    pub(crate) const SUMMARY: u32 = DECISION + 192;
    pub(crate) const MEMO: u32 = DECISION + 280;
}

/// Sets a text or list of the answer.
pub(crate) fn list(at: u32, pointer: u32, len: u32) -> String {
    format!(
        "(i32.store (i32.const {at}) (i32.const {pointer})) (i32.store offset=4 (i32.const {at}) (i32.const {len}))"
    )
}

/// Refuses to decide, with the first six letters of its name as the reason.
pub(crate) fn refusal() -> String {
    format!(
        "(i32.store8 (i32.const {}) (i32.const 1)) (i32.store8 (i32.const {}) (i32.const 2)) {}",
        answer::TAG,
        answer::DECISION,
        list(answer::DECISION + 4, 2048, 6)
    )
}

impl Guest<'_> {
    /// The component.
    pub(crate) fn component(&self) -> Vec<u8> {
        let Self {
            name,
            items,
            on_trigger,
            on_evaluate,
            on_describe,
            on_settings,
            memory,
            asks_the_time,
        } = self;
        let imports = if *asks_the_time {
            r#"(import "$root" "now" (func $now (result i64)))"#
        } else {
            ""
        };
        let (name_len, unmet) = (name.len(), answer::UNMET);
        let text = format!(
            r#"(module
            {imports}
            (memory (export "memory") {memory})
            (global $top (mut i32) (i32.const 65536))
            ;; description: four texts, then the history it wants (1 submission, 4096 bytes)
            (data (i32.const 2048) "{name}")
            (data (i32.const 2080) "1.0.0{{}}")
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
                (local.set $at (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
                (global.set $top (i32.add (local.get $at) (local.get 3)))
                (local.get $at))
            (func (export "gansauditor:policy/policy@1.0.0#describe") (result i32)
                (i32.store (i32.const 1024) (i32.const 2048))
                (i32.store (i32.const 1028) (i32.const {name_len}))
                (i32.store (i32.const 1032) (i32.const 2080))
                (i32.store (i32.const 1036) (i32.const 5))
                (i32.store (i32.const 1040) (i32.const 2048))
                (i32.store (i32.const 1044) (i32.const {name_len}))
                (i32.store (i32.const 1048) (i32.const 2085))
                (i32.store (i32.const 1052) (i32.const 2))
                (i32.store (i32.const 1056) (i32.const 1))
                (i64.store (i32.const 1064) (i64.const 4096))
                {on_describe}
                (i32.const 1024))
            (func (export "gansauditor:policy/policy@1.0.0#validate-settings") (param i32 i32) (result i32)
                {on_settings}
                (i32.const 3072))
            (func (export "gansauditor:policy/policy@1.0.0#evaluate") (param i32) (result i32)
                ;; one unmet condition, all zeros
                (i32.store (i32.const {unmet}) (i32.const 8192))
                (i32.store offset=4 (i32.const {unmet}) (i32.const 1))
                {on_evaluate}
                (if (i64.eq (i64.load (local.get 0)) (i64.const 666)) (then {on_trigger}))
                (i32.const 4096))
            {items})"#
        );
        let mut module = wat::parse_str(text).expect("the guest's text is WebAssembly");
        let mut resolve = Resolve::default();
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        let (package, _) = resolve.push_dir(wit).expect("the contract parses");
        let world = if *asks_the_time {
            let world = "package test:guest; world asking { import now: func() -> u64; include gansauditor:policy/audit-policy@1.0.0; }";
            let package = resolve.push_str("asking.wit", world).expect("it parses");
            resolve.select_world(&[package], Some("asking"))
        } else {
            resolve.select_world(&[package], Some("audit-policy"))
        };
        let world = world.expect("the world exists");
        wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
            .expect("the world can be recorded");
        gansauditor_componentize::componentize(&module).expect("the module fits the world")
    }

    /// Decides decently, and then fails as `on_trigger` says.
    pub(crate) fn triggered(on_trigger: &str) -> Vec<u8> {
        Guest {
            on_trigger,
            ..Guest::default()
        }
        .component()
    }
}

/// A snapshot with one loop, at a time.
pub(crate) fn snapshot(now: Timestamp) -> Snapshot {
    let digest = Digest::of(b"work");
    let path = "a.rs".to_owned();
    Snapshot {
        now,
        criteria: Criteria::default(),
        request: Request::default(),
        limits: Caps::default(),
        settings: String::new(),
        iterations: vec![IterationView {
            attempt: 1,
            loop_number: Some(1),
            submission: digest.clone(),
            submitted_at: now,
            files: vec![FileVersion {
                path: path.clone(),
                digest: Some(digest),
            }],
            unchanged: false,
            reviews: vec![Review {
                cards: vec![],
                evidence: vec![],
                judges: vec![JudgeIdentity {
                    name: "static".into(),
                    version: "1".into(),
                    kind: JudgeKind::Static,
                    deterministic: true,
                }],
                score: Some(Score::clamped(97.0)),
                verdict: Verdict::Pass,
                dimensions: vec![],
                assessed_weight: 1.0,
                coverage: Coverage::Whole,
                covered: vec![path],
                readings: Vec::new(),
                findings: vec![],
                summary: String::new(),
                usage: Usage::default(),
                millis: 1,
            }],
        }],
        sources: vec![],
        findings: vec![],
        evidence: vec![],
        spend: Spend::default(),
        memo: None,
        extensions: vec![],
    }
}

/// The component of a plain policy of this name.
pub(crate) fn named(name: &str) -> Vec<u8> {
    Guest {
        name,
        ..Guest::default()
    }
    .component()
}
