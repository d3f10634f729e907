//! What holds whatever is asked, and whatever is answered.

use super::requests::{file, in_runtime};
use super::samples::*;
use super::scripted::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

fn any_request() -> impl Strategy<Value = JudgeRequest> {
    let text =
        |most: usize| prop_oneof![any::<String>(), (0..most).prop_map(|n| "wörd\n".repeat(n))];
    let path = || "\\PC{1,40}";
    let extent = prop_oneof![
        Just(Extent::Whole),
        prop::collection::vec(1..10_000u32, 0..40).prop_map(|mut lines| {
            lines.sort_unstable();
            lines.dedup();
            Extent::Changed(lines)
        }),
        (
            prop::collection::vec((1..10_000u32, any::<bool>()), 0..40),
            prop::collection::vec("\\PC{0,60}", 0..20)
        )
            .prop_map(|(lines, removed)| Extent::Fragment {
                lines: lines
                    .into_iter()
                    .map(|(number, added)| FragmentLine { number, added })
                    .collect(),
                removed,
            }),
    ];
    let work = (path(), text(2_000), extent).prop_map(|(path, text, extent)| WorkFile {
        extent,
        ..file(&path, &text)
    });
    let found = (path(), text(300), text(100), path()).prop_map(|(path, message, anchor, name)| {
        let mut finding = earlier(FindingState::Unreviewed);
        finding.reported.location.as_mut().unwrap().path = path;
        finding.reported.message = message;
        finding.reported.anchor = anchor;
        finding.reported.category = Category::Custom(name);
        finding
    });
    let shown =
        (path(), text(2_000), any::<bool>()).prop_map(|(path, text, is_diff)| ContextFile {
            path,
            text,
            is_diff,
        });
    let context = (
        prop::collection::vec(shown, 0..4),
        prop::collection::vec(path(), 0..60),
        prop::collection::vec(path(), 0..60),
    )
        .prop_map(|(files, listing, left_out)| RepositoryContext {
            files,
            listing,
            left_out,
        });
    (
        prop::option::of(text(5_000)),
        prop::collection::vec(work, 1..5),
        prop::collection::vec(found, 0..12),
        context,
    )
        .prop_map(|(task, files, earlier, context)| JudgeRequest {
            task,
            earlier,
            context: Arc::new(context),
            ..asked(files)
        })
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(|n| json!(n)),
        "\\PC{0,8}".prop_map(Value::from),
        prop::sample::select(vec![
            "security",
            "critical",
            "a.py",
            "E1",
            "open",
            "return eval(text)"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(
                prop::sample::select(vec![
                    "summary",
                    "scores",
                    "findings",
                    "earlier",
                    "not_assessed",
                    "dimension",
                    "score",
                    "path",
                    "quote",
                    "line",
                    "category",
                    "severity",
                    "message",
                    "id",
                    "state"
                ]),
                inner,
                0..8,
            )
            .prop_map(|fields| Value::Object(
                fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_prompt_is_longer_than_the_setting_whatever_is_asked(
        request in any_request(), most in 0..60_000usize, bad in prop_oneof![any::<String>(), Just("\u{1}\"".repeat(9_000))],
    ) {
        let played = in_runtime(Case {
            request,
            max_input_bytes: most,
            ..Case::of(vec![Act::Say(bad), praise()])
        }.play());
        prop_assert!(played.prompts.len() == 2 || played.result.is_err());
        for prompt in &played.prompts {
            let bytes = prompt.instructions.len() + prompt.input.len();
            prop_assert!(bytes <= most, "{} over {}", bytes, most);
        }
    }

    #[test]
    fn no_answer_is_too_odd_to_be_read_or_refused(answer in any_json(), wrap in any::<bool>()) {
        let mut whole = written(50.0, json!([answer.clone()]));
        whole["earlier"] = json!([answer.clone()]);
        let text = if wrap { whole.to_string() } else { answer.to_string() };
        let played = in_runtime(Case {
            request: JudgeRequest {
                earlier: vec![earlier(FindingState::Open)],
                ..asked_of_code()
            },
            ..Case::of(vec![Act::Say(text.clone()), Act::Say(text)])
        }.play());
        match played.result {
            Ok(report) => for finding in report.findings {
                let path = finding.location.map(|location| location.path);
                prop_assert!(path.is_none_or(|path| path == "a.py"));
                prop_assert!(finding.message.chars().count() <= 1_001);
            },
            Err(error) => {
                let malformed = matches!(error, JudgeError::Failed { kind: JudgeFailure::Malformed, .. });
                prop_assert!(malformed, "{error}");
            }
        }
    }
}
