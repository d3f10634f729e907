//! What judges are shown of the repository.

use crate::support::*;
use async_trait::async_trait;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::*;
use gansauditor_audit::*;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Shows one file, and remembers what it was asked.
#[derive(Default)]
struct OneFile {
    asked: Mutex<Vec<ContextScope>>,
    broken: bool,
}

#[async_trait]
impl Workspace for OneFile {
    fn root(&self) -> &std::path::Path {
        std::path::Path::new("/work")
    }

    async fn context(&self, request: &ContextRequest) -> Result<RepositoryContext, WorkspaceError> {
        self.asked.lock().unwrap().push(request.scope.clone());
        assert!(request.submitted.contains("a.py"));
        if self.broken {
            return Err(WorkspaceError("no such folder".into()));
        }
        Ok(RepositoryContext {
            files: vec![ContextFile {
                path: "README.md".into(),
                text: "hello".into(),
                is_diff: false,
            }],
            ..RepositoryContext::default()
        })
    }

    async fn files(&self, _: &FilesRequest) -> Result<BTreeMap<String, OnDisk>, WorkspaceError> {
        Ok(BTreeMap::new())
    }

    async fn changed(
        &self,
        _: usize,
        _: Duration,
        _: CancellationToken,
    ) -> Result<Vec<String>, WorkspaceError> {
        Ok(Vec::new())
    }
}

fn world(workspace: &Arc<OneFile>, kind: JudgeKind, config: LoopConfig) -> World {
    let script = (0..4).map(|_| Act::clean(60.0)).collect();
    let judge = ScriptedJudge::new(kind, script);
    let panel = Panel::of(judge.clone());
    World::with(judge, panel, Some(workspace.clone()), config, ordinary_rule)
}

fn with(config: &str, code: &str) -> String {
    configured(config, &python("a.py", code))
}

#[tokio::test]
async fn the_scope_is_what_the_submission_asked_last_else_the_operators() {
    let workspace = Arc::new(OneFile::default());
    let world = world(&workspace, JudgeKind::Model, config());
    world.submit(&python("a.py", "x = 1")).await.unwrap();
    let asks = r#"{"paths": ["lib", "README.md"]}"#;
    world.submit(&with(asks, "x = 2")).await.unwrap();
    world.submit(&python("a.py", "x = 3")).await.unwrap();
    world
        .submit(&with(r#"{"scope": "workspace"}"#, "x = 4"))
        .await
        .unwrap();
    let paths = ContextScope::Paths(vec!["lib".into(), "README.md".into()]);
    assert_eq!(
        *workspace.asked.lock().unwrap(),
        [
            ContextScope::Diff,
            paths.clone(),
            paths,
            ContextScope::Workspace
        ]
    );
    let requests = world.judge.requests.lock().unwrap();
    assert_eq!(requests[0].context.files[0].path, "README.md");
}

#[tokio::test]
async fn an_operator_who_forbids_it_is_obeyed_and_the_submission_is_told() {
    let workspace = Arc::new(OneFile::default());
    let closed = LoopConfig {
        context: ContextConfig {
            scope: ContextScope::None,
            on_request: false,
            ..ContextConfig::default()
        },
        ..config()
    };
    let world = world(&workspace, JudgeKind::Model, closed);
    let report = world
        .submit(&with(r#"{"scope": "workspace"}"#, "x = 1"))
        .await
        .unwrap();
    assert!(workspace.asked.lock().unwrap().is_empty());
    assert!(report.notes.iter().any(|note| note.contains("`scope`")));
}

#[tokio::test]
async fn nobody_collects_what_no_judge_reads() {
    let workspace = Arc::new(OneFile::default());
    let world = world(&workspace, JudgeKind::Static, config());
    world.submit(&python("a.py", "x = 1")).await.unwrap();
    assert!(workspace.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_repository_that_cannot_be_read_is_said_to_the_judge_and_stops_nothing() {
    let workspace = Arc::new(OneFile {
        broken: true,
        ..OneFile::default()
    });
    let world = world(&workspace, JudgeKind::Model, config());
    world.submit(&python("a.py", "x = 1")).await.unwrap();
    let requests = world.judge.requests.lock().unwrap();
    assert!(requests[0].context.left_out[0].contains("no such folder"));
}
