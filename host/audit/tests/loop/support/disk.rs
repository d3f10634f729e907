//! A workspace of a few files.

use async_trait::async_trait;
use gansauditor_audit::domain::RepositoryContext;
use gansauditor_audit::ports::*;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Files by path.
#[derive(Default)]
pub(crate) struct Disk {
    files: Mutex<BTreeMap<String, String>>,
    changed: Mutex<Vec<String>>,
}

impl Disk {
    pub(crate) fn of(files: &[(&str, &str)]) -> Arc<Self> {
        let disk = Self::default();
        files.iter().for_each(|(path, text)| disk.write(path, text));
        Arc::new(disk)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let mut files = self.files.lock().unwrap();
        files.insert(path.to_owned(), text.to_owned());
    }

    pub(crate) fn remove(&self, path: &str) {
        self.files.lock().unwrap().remove(path);
    }

    /// From now on git says these changed.
    pub(crate) fn change(&self, paths: &[&str]) {
        *self.changed.lock().unwrap() = paths.iter().map(|path| (*path).to_owned()).collect();
    }
}

#[async_trait]
impl Workspace for Disk {
    fn root(&self) -> &std::path::Path {
        std::path::Path::new("/work")
    }

    async fn context(&self, _: &ContextRequest) -> Result<RepositoryContext, WorkspaceError> {
        Ok(RepositoryContext::default())
    }

    async fn files(
        &self,
        request: &FilesRequest,
    ) -> Result<BTreeMap<String, OnDisk>, WorkspaceError> {
        let files = self.files.lock().unwrap();
        let there = |path: &String| match files.get(path) {
            Some(text) => OnDisk::Text(text.clone()),
            None => OnDisk::Missing,
        };
        let paths = request.paths.iter();
        Ok(paths.map(|path| (path.clone(), there(path))).collect())
    }

    async fn changed(
        &self,
        most: usize,
        _: Duration,
        _: CancellationToken,
    ) -> Result<Vec<String>, WorkspaceError> {
        let changed = self.changed.lock().unwrap();
        Ok(changed.iter().take(most).cloned().collect())
    }
}
