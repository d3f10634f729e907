//! Adapters into ports.

use crate::config::{Config, PolicySettings, State};
use crate::{files, judges};
use anyhow::Context as _;
use gansauditor_audit::domain::PolicyIdentity;
use gansauditor_audit::ports::{Clock, ReviewCache, SessionStore, SystemClock, Workspace};
use gansauditor_audit::{AuditLoop, Panel, Ports};
use gansauditor_legacy::LegacyImporter;
use gansauditor_policy::{Limits, PolicyHost, Watcher};
use gansauditor_store::{CacheLimits, DirectoryStore, MemoryStore, Reviews};
use gansauditor_workspace::Repository;
use std::path::Path;
use std::sync::Arc;
use tokio_util::task::AbortOnDropHandle;

/// Longest file of policy settings that is read: as much as a policy can use.
const MAX_SETTINGS: u64 = 1 << 20;

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
    policies: Arc<PolicyHost>,
    policy_settings: String,
}

/// Makes the parts of a configuration. A policy or judge that was asked for and cannot be used is an error: no
/// other takes its place.
pub(crate) fn parts(config: &Config, place: Place) -> anyhow::Result<Parts> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let policy_settings = read_settings(config.policy_settings.as_ref())?;
    let policies = policies(config, &policy_settings, Arc::clone(&clock))?;
    let (store, cache) = store(config)?;
    Ok(Parts {
        store,
        panel: judges::panel(config, cache.as_ref())?,
        workspace: workspace(config, place)?,
        policies: Arc::new(policies),
        policy_settings,
        clock,
    })
}

impl Parts {
    /// The loop over these parts.
    pub(crate) fn audits(&self, config: &Config) -> Arc<AuditLoop> {
        let ports = Ports {
            panel: self.panel.clone(),
            store: Arc::clone(&self.store),
            policies: Arc::clone(&self.policies) as _,
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

    /// Follows the policy's file, if it has one, until the handle is dropped.
    pub(crate) fn watch_policy(&self, config: &Config) -> Option<AbortOnDropHandle<()>> {
        let file = config.policy.as_ref()?;
        let watcher = Watcher::new(file, self.policy_settings.clone());
        let policies = Arc::clone(&self.policies);
        Some(AbortOnDropHandle::new(tokio::spawn(watcher.run(policies))))
    }

    /// Who reviews.
    pub(crate) fn panel(&self) -> &Panel {
        &self.panel
    }

    /// Who decides, now.
    pub(crate) fn policy(&self) -> PolicyIdentity {
        self.policies.status().live
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

fn policies(config: &Config, settings: &str, clock: Arc<dyn Clock>) -> anyhow::Result<PolicyHost> {
    let limits = Limits::default();
    let Some(file) = &config.policy else {
        return PolicyHost::with_core(limits, settings, clock)
            .context("the built-in policy cannot be used");
    };
    files::read(file, limits.component_bytes as u64)
        .and_then(|component| {
            Ok(PolicyHost::with_component(
                limits, &component, settings, clock,
            )?)
        })
        .with_context(|| format!("AUDIT_POLICY={}", file.display()))
}

/// The settings as the policy gets them: JSON text, empty where none are written.
pub(crate) fn read_settings(settings: Option<&PolicySettings>) -> anyhow::Result<String> {
    match settings {
        None => Ok(String::new()),
        Some(PolicySettings::Json(json)) => Ok(json.clone()),
        Some(PolicySettings::File(path)) => files::read(path, MAX_SETTINGS)
            .and_then(|json| Ok(String::from_utf8(json)?))
            .with_context(|| format!("the policy's settings in {}", path.display())),
    }
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

    #[test]
    fn a_policy_that_cannot_be_used_is_an_error_and_never_another_policy() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "not wasm").unwrap();
        let path = file.path().to_str().unwrap();
        for (policy, reason) in [
            (path, "not WebAssembly"),
            ("/nowhere/p.wasm", "cannot be read"),
        ] {
            let error = made(&[("AUDIT_POLICY", policy)]).err().unwrap();
            assert!(
                error.starts_with(&format!("AUDIT_POLICY={policy}")),
                "{error}"
            );
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn settings_that_the_policy_refuses_or_that_cannot_be_read_are_an_error() {
        let refused = made(&[("AUDIT_POLICY_SETTINGS", "{\"no_such_setting\": 1}")])
            .err()
            .unwrap();
        assert!(refused.contains("refuses its settings"), "{refused}");
        let missing = made(&[("AUDIT_POLICY_SETTINGS", "/nowhere/settings.json")])
            .err()
            .unwrap();
        assert!(missing.contains("/nowhere/settings.json"), "{missing}");
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(MAX_SETTINGS + 1).unwrap();
        let large = made(&[("AUDIT_POLICY_SETTINGS", file.path().to_str().unwrap())]);
        assert!(large.err().unwrap().contains("more than 1048576 bytes"));
    }

    #[test]
    fn settings_in_a_file_are_the_policys() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "{}").unwrap();
        let settings = PolicySettings::File(file.path().to_owned());
        assert_eq!(read_settings(Some(&settings)).unwrap(), "{}");
        assert_eq!(read_settings(None).unwrap(), "");
    }
}
