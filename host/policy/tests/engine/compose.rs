//! Two components become one, or it is said why not.

use crate::guest::Guest;
use gansauditor_policy::LoadError;
use gansauditor_policy::compose::{ComposeError, Composed, compose, core};
use proptest::prelude::*;
use wasmtime::component::{Component, Linker, TypedFunc};
use wasmtime::{Config, Engine, Store};

const STAGNATION: &str = "gansauditor:policy/stagnation@1.0.0";

/// What the core's `similarity` is.
const SIMILARITY: &str = r#"(param "a" string) (param "b" string) (result float64)"#;

/// A component that imports `similarity` from this interface, besides other imports, and exports it as `alike`.
fn importing(interface: &str, similarity: &str, others: &str) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(component
            (import "{interface}" (instance $part (export "similarity" (func {similarity}))))
            {others}
            (alias export $part "similarity" (func $similarity))
            (export "alike" (func $similarity)))"#
    ))
    .unwrap()
}

/// Composed with the core of this build.
fn with_core(policy: Vec<u8>) -> Result<Composed, ComposeError> {
    compose(policy, core().expect("the core is built").to_vec())
}

/// How alike two texts are to a component that imports nothing but types.
fn alike(component: &[u8], a: &str, b: &str) -> f64 {
    let engine = Engine::new(&Config::new()).unwrap();
    let component = Component::new(&engine, component).unwrap();
    let mut store = Store::new(&engine, ());
    let linker = Linker::new(&engine);
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let function: TypedFunc<(&str, &str), (f64,)> =
        instance.get_typed_func(&mut store, "alike").unwrap();
    function.call(&mut store, (a, b)).unwrap().0
}

#[test]
fn what_is_composed_answers_with_the_parts_of_the_core() {
    let composed = with_core(importing(STAGNATION, SIMILARITY, "")).unwrap();
    assert_eq!(composed.satisfied, [STAGNATION]);
    assert_eq!(composed.left, Vec::<String>::new());
    for (a, b) in [
        ("", ""),
        ("let x = 1;", "let  x = 1;"),
        ("fn a() {}", "fn b() { 2 }"),
    ] {
        let native = gansauditor_core::similarity::similarity(a, b);
        assert_eq!(alike(&composed.component, a, b), native);
    }
}

#[test]
fn the_same_two_always_become_the_same_bytes() {
    let composed = || with_core(importing(STAGNATION, SIMILARITY, "")).unwrap();
    assert_eq!(composed(), composed());
}

#[test]
fn a_compatible_version_goes_with_the_parts() {
    let newer = "gansauditor:policy/stagnation@1.4.2";
    let composed = with_core(importing(newer, SIMILARITY, "")).unwrap();
    assert_eq!(composed.satisfied, [newer]);
    assert!(alike(&composed.component, "a", "a") == 1.0);
}

#[test]
fn imports_that_nothing_gives_are_left_and_named() {
    let clock =
        r#"(import "wasi:clocks/wall-clock@0.2.0" (instance (export "now" (func (result u64)))))"#;
    let composed = with_core(importing(STAGNATION, SIMILARITY, clock)).unwrap();
    assert_eq!(composed.satisfied, [STAGNATION]);
    assert_eq!(composed.left, ["wasi:clocks/wall-clock@0.2.0"]);
}

#[test]
fn refuses_another_version() {
    let import = "gansauditor:policy/stagnation@2.0.0";
    let error = with_core(importing(import, SIMILARITY, "")).unwrap_err();
    assert!(
        matches!(&error, ComposeError::Version { import: i, export: e } if i == import && e == STAGNATION),
        "{error}"
    );
}

#[test]
fn refuses_another_shape_of_the_same_version() {
    let text = r#"(param "a" string) (param "b" string) (result string)"#;
    let error = with_core(importing(STAGNATION, text, "")).unwrap_err();
    assert!(
        matches!(&error, ComposeError::Shape { import, reason } if import == STAGNATION && reason.contains("similarity")),
        "{error}"
    );
}

#[test]
fn refuses_where_there_is_nothing_to_compose() {
    let error = with_core(Guest::default().component()).unwrap_err();
    assert!(
        matches!(&error, ComposeError::NothingInCommon { imports, exports } if imports.is_empty() && exports.len() == 4),
        "{error}"
    );
    let other = importing("acme:other/part@1.0.0", SIMILARITY, "");
    let error = with_core(other).unwrap_err().to_string();
    assert!(
        error.contains("imports acme:other/part@1.0.0") && error.contains(STAGNATION),
        "{error}"
    );
}

#[test]
fn refuses_what_is_no_component_on_either_side() {
    let policy = importing(STAGNATION, SIMILARITY, "");
    let module = wat::parse_str(r#"(module (import "env" "now" (func)))"#).unwrap();
    for junk in [
        Vec::new(),
        b"junk".to_vec(),
        module,
        policy[..policy.len() / 2].to_vec(),
        [policy.as_slice(), b"more"].concat(),
    ] {
        let error = with_core(junk.clone()).unwrap_err();
        assert!(matches!(error, ComposeError::Policy(_)), "{error}");
        let error = compose(policy.clone(), junk).unwrap_err();
        assert!(matches!(error, ComposeError::Parts(_)), "{error}");
    }
    assert!(matches!(
        with_core(Vec::new()),
        Err(ComposeError::Policy(LoadError::Empty))
    ));
}

proptest! {
    #[test]
    fn a_damaged_policy_is_composed_or_refused(at: prop::sample::Index, to: u8) {
        let mut damaged = importing(STAGNATION, SIMILARITY, "");
        let at = at.index(damaged.len());
        damaged[at] = to;
        // What comes out was validated, so it is enough that something does.
        if let Ok(composed) = with_core(damaged) {
            prop_assert!(!composed.satisfied.is_empty());
        }
    }
}
