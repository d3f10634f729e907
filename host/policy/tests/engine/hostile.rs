//! Policies that misbehave when they decide: each failure has its own type, and the next call works.

use crate::guest::{Guest, TRIGGER, answer, list, refusal, snapshot};
use crate::{host, limits};
use gansauditor_audit::domain::{Status, Timestamp};
use gansauditor_audit::ports::{LivePolicy as _, PolicyError};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The failure of a policy that misbehaves so, after showing that it decides before and after.
async fn failure(component: Vec<u8>) -> PolicyError {
    let host = host(&component);
    let live = host.current();
    let decent = Arc::new(snapshot(Timestamp(1)));
    let before = live
        .evaluate(Arc::clone(&decent))
        .await
        .expect("it decides before");
    assert_eq!(before.status, Status::Continue);
    let failure = live
        .evaluate(Arc::new(snapshot(TRIGGER)))
        .await
        .expect_err("it misbehaves");
    assert_eq!(
        live.evaluate(decent).await.as_ref(),
        Ok(&before),
        "it decides after"
    );
    failure
}

async fn failure_of(on_trigger: &str) -> PolicyError {
    failure(Guest::triggered(on_trigger)).await
}

#[tokio::test]
async fn an_endless_loop_ends_at_the_deadline() {
    let host = host(&Guest::triggered("(loop $l (br $l))"));
    let started = Instant::now();
    let failure = host.current().evaluate(Arc::new(snapshot(TRIGGER))).await;
    let took = started.elapsed();
    assert_eq!(failure, Err(PolicyError::TimedOut(limits().deadline)));
    assert!(took >= limits().deadline, "never early: {took:?}");
    // A tenth late by design; the rest is what a loaded machine may add.
    assert!(
        took < limits().deadline + Duration::from_secs(5),
        "{took:?}"
    );
}

#[tokio::test]
async fn a_memory_bomb_is_over_the_memory_limit() {
    let failure = failure_of("(loop $l (drop (memory.grow (i32.const 16))) (br $l))").await;
    assert!(
        matches!(&failure, PolicyError::OverLimit(what) if what.starts_with("memory")),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_growing_table_is_over_the_table_limit() {
    let component = Guest {
        items: "(table $t 1 funcref)",
        on_trigger: "(loop $l (drop (table.grow $t (ref.null func) (i32.const 100))) (br $l))",
        ..Guest::default()
    }
    .component();
    let failure = failure(component).await;
    assert!(
        matches!(&failure, PolicyError::OverLimit(what) if what.starts_with("table")),
        "{failure:?}"
    );
}

#[tokio::test]
async fn endless_recursion_is_over_the_stack_limit() {
    let component = Guest {
        items: "(func $f (param i64) (result i64) (i64.add (call $f (i64.add (local.get 0) (i64.const 1))) (local.get 0)))",
        on_trigger: "(drop (call $f (i64.const 1)))",
        ..Guest::default()
    }
    .component();
    assert_eq!(
        failure(component).await,
        PolicyError::OverLimit("stack".into())
    );
}

#[tokio::test]
async fn a_trap_is_a_trap() {
    let failure = failure_of("(unreachable)").await;
    assert!(
        matches!(&failure, PolicyError::Trapped(text) if text.contains("unreachable")),
        "{failure:?}"
    );
    let failure = failure_of("(drop (i32.load (i32.const -4)))").await;
    assert!(
        matches!(&failure, PolicyError::Trapped(text) if text.contains("out of bounds")),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_huge_text_is_over_the_output_limit() {
    let grow = "(drop (memory.grow (i32.const 40)))";
    let failure = failure_of(&format!("{grow} {}", list(answer::SUMMARY, 0, 2 << 20))).await;
    assert!(
        matches!(&failure, PolicyError::OverLimit(what) if what.starts_with("output")),
        "{failure:?}"
    );
    // Less than the host may allocate, more than a decision may hold.
    let failure = failure_of(&format!(
        "{grow} {}",
        list(answer::SUMMARY, 131_072, 70_000)
    ))
    .await;
    assert!(
        matches!(&failure, PolicyError::OverLimit(what) if what.contains("decision")),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_list_longer_than_the_memory_is_refused() {
    let failure = failure_of(&list(answer::UNMET, 8192, u32::MAX / 64)).await;
    assert!(
        matches!(
            failure,
            PolicyError::InvalidDecision(_) | PolicyError::OverLimit(_)
        ),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_text_that_is_not_utf8_is_an_invalid_decision() {
    let failure = failure_of(&format!(
        "(i32.store (i32.const 9000) (i32.const 0xfffefdfc)) {}",
        list(answer::SUMMARY, 9000, 4)
    ))
    .await;
    assert!(
        matches!(failure, PolicyError::InvalidDecision(_)),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_text_outside_the_memory_is_an_invalid_decision() {
    let failure = failure_of(&list(answer::SUMMARY, u32::MAX - 8, 4)).await;
    assert!(
        matches!(failure, PolicyError::InvalidDecision(_)),
        "{failure:?}"
    );
}

#[tokio::test]
async fn an_unknown_status_is_an_invalid_decision() {
    let failure = failure_of(&format!(
        "(i32.store8 (i32.const {}) (i32.const 9))",
        answer::STATUS
    ))
    .await;
    assert!(
        matches!(failure, PolicyError::InvalidDecision(_)),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_bar_that_is_no_score_is_an_invalid_decision() {
    for bar in ["nan", "inf", "-1", "100.5"] {
        let failure = failure_of(&format!(
            "(f64.store (i32.const {}) (f64.const {bar}))",
            answer::BAR
        ))
        .await;
        assert!(
            matches!(&failure, PolicyError::InvalidDecision(text) if text.contains("bar")),
            "{bar}: {failure:?}"
        );
    }
}

#[tokio::test]
async fn completing_with_unmet_conditions_is_an_invalid_decision() {
    let failure = failure_of(&format!(
        "(i32.store8 (i32.const {}) (i32.const 1))",
        answer::STATUS
    ))
    .await;
    assert!(
        matches!(&failure, PolicyError::InvalidDecision(text) if text.contains("unmet")),
        "{failure:?}"
    );
}

#[tokio::test]
async fn stopping_without_a_report_is_an_invalid_decision() {
    let failure = failure_of(&format!(
        "(i32.store8 (i32.const {}) (i32.const 2))",
        answer::STATUS
    ))
    .await;
    assert!(
        matches!(&failure, PolicyError::InvalidDecision(text) if text.contains("report")),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_memo_over_64_kib_is_an_invalid_decision() {
    let memo = |len| {
        format!(
            "(i32.store8 (i32.const {}) (i32.const 1)) {}",
            answer::MEMO,
            list(answer::MEMO + 4, 0, len)
        )
    };
    let failure = failure_of(&memo(65_537)).await;
    assert!(
        matches!(&failure, PolicyError::InvalidDecision(text) if text.contains("memo")),
        "{failure:?}"
    );
    let host = host(&Guest::triggered(&memo(65_536)));
    let decision = host
        .current()
        .evaluate(Arc::new(snapshot(TRIGGER)))
        .await
        .expect("64 KiB are allowed");
    assert_eq!(decision.memo.map(|memo| memo.len()), Some(65_536));
}

#[tokio::test]
async fn a_refusal_is_passed_on() {
    let failure = failure_of(&refusal()).await;
    assert_eq!(failure, PolicyError::Refused("decent".into()));
}

#[tokio::test]
async fn nothing_survives_from_one_evaluation_to_the_next() {
    // Fails when it finds the mark that it leaves behind.
    let component = Guest::triggered(
        "(if (i32.load (i32.const 12000)) (then (unreachable))) (i32.store (i32.const 12000) (i32.const 1))",
    );
    let host = host(&component);
    for _ in 0..50 {
        host.current()
            .evaluate(Arc::new(snapshot(TRIGGER)))
            .await
            .expect("the memory is fresh");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runaway_policy_does_not_block_the_runtime() {
    let host = host(&Guest::triggered("(loop $l (br $l))"));
    let runaways: Vec<_> = (0..8)
        .map(|_| {
            let live = host.current();
            tokio::spawn(async move { live.evaluate(Arc::new(snapshot(TRIGGER))).await })
        })
        .collect();
    // Would wait for a runaway if one held a worker.
    let started = Instant::now();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(
        started.elapsed() < limits().deadline,
        "{:?}",
        started.elapsed()
    );
    for runaway in runaways {
        assert!(matches!(runaway.await, Ok(Err(PolicyError::TimedOut(_)))));
    }
}
