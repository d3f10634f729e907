//! How much at once.

use crate::support::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::*;
use gansauditor_audit::*;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

fn limited(audits: u32, sessions: u32, script: Vec<Act>) -> World {
    let config = LoopConfig {
        queue: QueueLimits {
            audits,
            sessions,
            wait: Some(Duration::from_secs(60)),
        },
        ..config()
    };
    let judge = ScriptedJudge::new(JudgeKind::Static, script);
    World::new(judge, config, ordinary_rule)
}

/// Remembers the stages it heard of.
#[derive(Default)]
struct Heard(Mutex<Vec<Stage>>);

impl ProgressSink for Heard {
    fn stage(&self, stage: Stage) {
        self.0.lock().unwrap().push(stage);
    }
}

#[tokio::test]
async fn no_more_audits_are_at_work_than_allowed_and_the_others_wait_in_line() {
    let go = Arc::new(Notify::new());
    let world = limited(1, 9, vec![Act::Wait(go.clone()), Act::clean(96.0)]);
    let code = python("a.py", "x = 1");
    let heard = Heard::default();
    let first = world.audits.audit(request("one", &code), &Unheard);
    let second = world.audits.audit(request("two", &code), &heard);
    let (first, second, ()) = tokio::join!(first, second, async {
        tokio::task::yield_now().await;
        assert_eq!(world.judge.calls(), 1);
        go.notify_one();
    });
    first.unwrap();
    second.unwrap();
    assert_eq!(world.judge.calls(), 2);
    assert_eq!(
        heard.0.lock().unwrap()[..2],
        [Stage::Waiting, Stage::Queued]
    );
}

#[tokio::test]
async fn a_full_house_answers_at_once_and_leaves_no_trace() {
    let go = Arc::new(Notify::new());
    let world = limited(1, 1, vec![Act::Wait(go.clone()), Act::clean(96.0)]);
    let code = python("a.py", "x = 1");
    let first = world.audits.audit(request("one", &code), &Unheard);
    let (first, ()) = tokio::join!(first, async {
        tokio::task::yield_now().await;
        let refused = world.audits.audit(request("two", &code), &Unheard).await;
        let Err(AuditError::Busy(busy)) = refused else {
            panic!("{refused:?}");
        };
        assert!(busy.retry_after() >= Duration::from_secs(1));
        assert!(world.store.events("two").is_empty());
        go.notify_one();
    });
    first.unwrap();
    let later = world.audits.audit(request("two", &code), &Unheard).await;
    later.unwrap();
}

#[tokio::test]
async fn whoever_gives_up_in_line_makes_room() {
    let go = Arc::new(Notify::new());
    let world = limited(1, 9, vec![Act::Wait(go.clone()), Act::clean(96.0)]);
    let code = python("a.py", "x = 1");
    let impatient = request("two", &code);
    let cancel = impatient.cancel.clone();
    let first = world.audits.audit(request("one", &code), &Unheard);
    let second = world.audits.audit(impatient, &Unheard);
    let third = world.audits.audit(request("three", &code), &Unheard);
    let (first, second, third, ()) = tokio::join!(first, second, third, async {
        tokio::task::yield_now().await;
        cancel.cancel();
        go.notify_one();
    });
    first.unwrap();
    assert_eq!(
        second.unwrap_err(),
        AuditError::Judge(JudgeError::Cancelled)
    );
    third.unwrap();
}
