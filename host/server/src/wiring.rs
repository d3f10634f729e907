//! Adapters into ports.

use crate::config::{Config, State};
use crate::judges;
use crate::policies::Policies;
use anyhow::Context as _;
use gansauditor_audit::domain::PolicyIdentity;
use gansauditor_audit::ports::{Clock, ReviewCache, SessionStore, SystemClock, Workspace};
use gansauditor_audit::{AuditLoop, Panel, Ports};
use gansauditor_legacy::LegacyImporter;
use gansauditor_store::{CacheLimits, DirectoryStore, MemoryStore, Reviews};
use gansauditor_workspace::Repository;
use std::path::Path;
use std::sync::Arc;

/// Where clients are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the working directory of this process, which they started.
    Here,
    /// Anywhere.
    Elsewhere,
}

/// What an audit loop is made of.
pub(crate) struct Parts {
    clock: Arc<dyn Clock>,
    store: Arc<dyn SessionStore>,
    panel: Panel,
    workspace: Option<Arc<dyn Workspace>>,
    policies: Policies,
}

/// Makes the parts of a configuration. A policy or judge that was asked for and cannot be used is an error: no
/// other takes its place.
pub(crate) fn parts(config: &Config, place: Place) -> anyhow::Result<Parts> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    // First, because it makes the state directory that policies may come from.
    let (store, cache) = store(config)?;
    Ok(Parts {
        store,
        panel: judges::panel(config, cache.as_ref())?,
        workspace: workspace(config, place)?,
        policies: Policies::start(config, Arc::clone(&clock))?,
        clock,
    })
}

impl Parts {
    /// The loop over these parts.
    pub(crate) fn audits(&self, config: &Config) -> Arc<AuditLoop> {
        let ports = Ports {
            panel: self.panel.clone(),
            store: Arc::clone(&self.store),
            policies: Arc::clone(self.policies.host()) as _,
            clock: Arc::clone(&self.clock),
            workspace: self.workspace.clone(),
        };
        Arc::new(AuditLoop::new(ports, config.audit.clone()))
    }

    /// Where sessions are kept.
    pub(crate) fn store(&self) -> &Arc<dyn SessionStore> {
        &self.store
    }

    /// Tells the time.
    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Where the policy comes from.
    pub(crate) fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Who reviews.
    pub(crate) fn panel(&self) -> &Panel {
        &self.panel
    }

    /// Who decides, now.
    pub(crate) fn policy(&self) -> PolicyIdentity {
        self.policies.host().status().live
    }
}

/// Remembers reviews.
type Cache = Arc<dyn ReviewCache>;

/// The store of a configuration, and the cache of reviews beside it, if there is to be one. Creates the
/// directory.
fn store(config: &Config) -> anyhow::Result<(Arc<dyn SessionStore>, Option<Cache>)> {
    let limits = CacheLimits::default();
    let (store, reviews): (Arc<dyn SessionStore>, Reviews) = match &config.state {
        State::Memory => (Arc::new(MemoryStore::new()), Reviews::in_memory(limits)),
        State::Directory(path) => {
            let store = directory(path)?;
            // Without its folder the cache is one in memory: nothing depends on it.
            let reviews = store.reviews(limits).unwrap_or_else(|error| {
                tracing::warn!("reviews are remembered in memory only: {error}");
                Reviews::in_memory(limits)
            });
            (Arc::new(store), reviews)
        }
    };
    let cache = config.judges.caching.then(|| Arc::new(reviews) as _);
    Ok((store, cache))
}

/// The store in a directory, with the original's session files.
pub(crate) fn directory(path: &Path) -> anyhow::Result<DirectoryStore> {
    let store = DirectoryStore::open(path).map_err(|error| {
        anyhow::anyhow!("SYNC_AUDIT_STATE_DIRECTORY={}: {error}", path.display())
    })?;
    Ok(store.with_importer(Arc::new(LegacyImporter)))
}

/// The repository around the work: the one that is named, else the one around the working directory, when that
/// is the client's too.
fn workspace(config: &Config, place: Place) -> anyhow::Result<Option<Arc<dyn Workspace>>> {
    let limits = gansauditor_workspace::Limits::default();
    let repository = match (&config.workspace, place) {
        (Some(root), _) => Some(
            Repository::at(root, limits)
                .with_context(|| format!("AUDIT_WORKSPACE={}", root.display()))?,
        ),
        (None, Place::Elsewhere) => None,
        // Nobody asked for it, so it is no error that there is none.
        (None, Place::Here) => Repository::around(Path::new("."), limits).unwrap_or_default(),
    };
    Ok(repository.map(|repository| Arc::new(repository) as _))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Variables;

    fn made(pairs: &[(&str, &str)]) -> Result<Parts, String> {
        let memory = [("ENABLE_SESSION_PERSISTENCE", "false")];
        let variables: Variables = memory
            .iter()
            .chain(pairs)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let config = Config::read(&variables).unwrap();
        parts(&config, Place::Elsewhere).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn without_a_policy_file_the_built_in_policy_is_live() {
        let parts = made(&[("AUDIT_POLICY_SETTINGS", "{}")]).unwrap();
        assert_eq!(parts.policy().name, "gansauditor-core");
        assert_eq!(parts.panel().name(), "static");
    }
}
