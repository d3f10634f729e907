//! Files that do not become policies: each step fails by its own name, and the live policy stays.

use crate::guest::{Guest, snapshot};
use crate::host;
use gansauditor_audit::domain::{Digest, Timestamp};
use gansauditor_audit::ports::{LivePolicy, PolicyError};
use gansauditor_policy::LoadError;
use std::path::Path;
use std::sync::Arc;

/// Why the component does not become the live policy, after showing that the live one is untouched.
async fn refusal(component: Vec<u8>) -> LoadError {
    let host = host(
        &Guest {
            name: "incumbent",
            ..Guest::default()
        }
        .component(),
    );
    let before = host.status();
    let digest = Digest::of(&component);
    let error = host
        .activate(component, "")
        .await
        .expect_err("it does not load");
    let after = host.status();
    assert_eq!(after.live, before.live);
    assert_eq!(after.since, before.since);
    let failed = after.failed.expect("the failure is on record");
    assert_eq!((failed.digest, &failed.error), (Some(digest), &error));
    host.current()
        .evaluate(Arc::new(snapshot(Timestamp(1))))
        .await
        .expect("the live policy still decides");
    error
}

#[tokio::test]
async fn refuses_what_is_not_webassembly() {
    assert_eq!(refusal(Vec::new()).await, LoadError::Empty);
    let error = refusal(b"#!/bin/sh\nrm -rf /\n".to_vec()).await;
    assert_eq!(error, LoadError::NotWebAssembly("\"#!/bin/s\"".into()));
    assert!(matches!(
        refusal(b"\0".to_vec()).await,
        LoadError::NotWebAssembly(_)
    ));
}

#[tokio::test]
async fn refuses_a_core_module() {
    assert_eq!(
        refusal(wat::parse_str("(module)").unwrap()).await,
        LoadError::CoreModule
    );
}

#[tokio::test]
async fn refuses_a_truncated_or_damaged_component() {
    let whole = Guest::default().component();
    for len in [4, 8, 9, whole.len() / 2, whole.len() - 1] {
        let error = refusal(whole[..len].to_vec()).await;
        // The first eight bytes alone are a component: an empty one.
        assert!(
            matches!(error, LoadError::Compile(_))
                || len == 8 && error == LoadError::NoPolicy(vec![]),
            "{len}: {error:?}"
        );
    }
}

#[tokio::test]
async fn refuses_a_component_over_the_size_limit() {
    let mut component = Guest::default().component();
    component.resize((1 << 20) + 1, 0);
    assert_eq!(
        refusal(component).await,
        LoadError::TooLarge { limit: 1 << 20 }
    );
}

#[tokio::test]
async fn refuses_function_imports_and_names_them() {
    let component = wat::parse_str(
        r#"(component
            (import "wasi:clocks/wall-clock@0.2.0" (instance (export "now" (func (result u64)))))
            (import "host-secret" (func)))"#,
    )
    .unwrap();
    let expected = vec![
        "wasi:clocks/wall-clock@0.2.0#now".to_owned(),
        "host-secret".to_owned(),
    ];
    assert_eq!(refusal(component).await, LoadError::Imports(expected));
}

#[tokio::test]
async fn refuses_a_component_without_a_policy() {
    let component =
        wat::parse_str(r#"(component (instance (export "acme:other/thing@1.0.0")))"#).unwrap();
    assert_eq!(
        refusal(component).await,
        LoadError::NoPolicy(vec!["acme:other/thing@1.0.0".into()])
    );
}

#[tokio::test]
async fn refuses_a_policy_of_another_shape() {
    let component =
        wat::parse_str(r#"(component (instance (export "gansauditor:policy/policy@1.0.0")))"#)
            .unwrap();
    assert!(matches!(refusal(component).await, LoadError::Contract(_)));
}

#[tokio::test]
async fn refuses_a_policy_that_hangs_in_its_start_function() {
    let component = Guest {
        items: "(func $s (loop $l (br $l))) (start $s)",
        ..Guest::default()
    }
    .component();
    assert!(matches!(
        refusal(component).await,
        LoadError::Describe(PolicyError::TimedOut(_))
    ));
}

#[tokio::test]
async fn refuses_a_policy_that_hangs_or_traps_in_describe() {
    let hangs = Guest {
        on_describe: "(loop $l (br $l))",
        ..Guest::default()
    }
    .component();
    assert!(matches!(
        refusal(hangs).await,
        LoadError::Describe(PolicyError::TimedOut(_))
    ));
    let traps = Guest {
        on_describe: "(unreachable)",
        ..Guest::default()
    }
    .component();
    assert!(matches!(
        refusal(traps).await,
        LoadError::Describe(PolicyError::Trapped(_))
    ));
}

#[tokio::test]
async fn refuses_a_policy_that_needs_more_memory_than_there_is() {
    let component = Guest {
        memory: "1000",
        ..Guest::default()
    }
    .component();
    let error = refusal(component).await;
    assert!(
        matches!(&error, LoadError::Compile(text) | LoadError::Contract(text) if text.contains("limit"))
            || matches!(error, LoadError::Describe(PolicyError::OverLimit(_))),
        "{error:?}"
    );
}

#[tokio::test]
async fn refuses_a_description_that_breaks_the_contract() {
    let name = Guest {
        name: "Not A Name",
        ..Guest::default()
    }
    .component();
    assert!(
        matches!(refusal(name).await, LoadError::Description(text) if text.contains("Not A Name"))
    );
    let version = Guest {
        on_describe: "(i32.store (i32.const 1036) (i32.const 3))",
        ..Guest::default()
    };
    assert!(
        matches!(refusal(version.component()).await, LoadError::Description(text) if text.contains("1.0"))
    );
    let schema = Guest {
        on_describe: "(i32.store (i32.const 1052) (i32.const 1))",
        ..Guest::default()
    };
    assert!(
        matches!(refusal(schema.component()).await, LoadError::Description(text) if text.contains("schema"))
    );
    let summary = Guest {
        on_describe: "(i32.store (i32.const 1044) (i32.const 0))",
        ..Guest::default()
    };
    assert!(
        matches!(refusal(summary.component()).await, LoadError::Description(text) if text.contains("summary"))
    );
}

#[tokio::test]
async fn refuses_settings_that_the_policy_refuses() {
    // One problem: path and message are the policy's name.
    let component = Guest {
        on_settings: "(i32.store8 (i32.const 3072) (i32.const 1)) (i32.store (i32.const 3076) (i32.const 3200))
            (i32.store (i32.const 3080) (i32.const 1))
            (i32.store (i32.const 3200) (i32.const 2048)) (i32.store (i32.const 3204) (i32.const 6))
            (i32.store (i32.const 3208) (i32.const 2048)) (i32.store (i32.const 3212) (i32.const 6))",
        ..Guest::default()
    }
    .component();
    let error = refusal(component).await;
    assert_eq!(
        error.to_string(),
        "the policy refuses its settings: decent: decent"
    );
    let hangs = Guest {
        on_settings: "(loop $l (br $l))",
        ..Guest::default()
    }
    .component();
    assert!(matches!(
        refusal(hangs).await,
        LoadError::CheckSettings(PolicyError::TimedOut(_))
    ));
}

#[tokio::test]
async fn refuses_a_policy_that_fails_on_the_plain_example() {
    let component = Guest {
        on_evaluate: "(unreachable)",
        ..Guest::default()
    }
    .component();
    assert!(matches!(
        refusal(component).await,
        LoadError::SelfTest(PolicyError::Trapped(_))
    ));
}

#[tokio::test]
async fn reading_is_bounded_and_names_the_file() {
    let host = host(&Guest::default().component());
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large.wasm");
    std::fs::write(&large, vec![0; (1 << 20) + 1]).unwrap();
    assert_eq!(
        host.read(&large).await,
        Err(LoadError::TooLarge { limit: 1 << 20 })
    );
    let error = host
        .read(Path::new("/nowhere/policy.wasm"))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("cannot read /nowhere/policy.wasm: "),
        "{error}"
    );
}

#[tokio::test]
async fn inspection_tells_what_the_component_is() {
    let component = Guest::default().component();
    let host = host(&component);
    let loaded = host.load(component.clone(), "{}").await.unwrap();
    let seen = loaded.inspect();
    assert_eq!(seen.identity.name, "decent");
    assert_eq!(seen.identity.version, "1.0.0");
    assert_eq!(
        seen.identity.digest,
        Digest::of(&component),
        "the identity is that of the bytes"
    );
    assert_eq!(seen.bytes, component.len());
    assert!(
        seen.exports
            .contains(&"gansauditor:policy/policy@1.0.0".to_owned())
    );
    assert_eq!((seen.history.submissions, seen.history.bytes), (1, 4096));
    assert_eq!(loaded.settings(), "{}");
}
