//! The scripts, and what was asked of them.

use crate::step::Step;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Most requests of one script that are kept.
const MAX_REQUESTS: usize = 1_000;
/// Most bytes of their bodies.
const MAX_BYTES: usize = 64 << 20;

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// E.g. `POST`.
    pub method: String,
    /// With the script's name and the query.
    pub path: String,
    /// By lower-case name; of repeated ones the last.
    pub headers: BTreeMap<String, String>,
    /// As text; what is no UTF-8 is replaced.
    pub body: String,
}

impl Recorded {
    /// The body as JSON, or null.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Numbers that change while a script plays.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Gauge {
    /// Requests since the script was set.
    pub(crate) count: u64,
    /// Those that are neither answered nor given up.
    pub(crate) underway: usize,
}

/// All scripts of one server.
#[derive(Debug)]
pub(crate) struct Scripts {
    address: SocketAddr,
    connections: AtomicU64,
    by_name: Mutex<HashMap<String, Arc<Script>>>,
}

/// One script and what was asked of it.
#[derive(Debug)]
pub(crate) struct Script {
    steps: Mutex<VecDeque<Arc<Step>>>,
    log: Mutex<Log>,
    gauge: watch::Sender<Gauge>,
}

/// The last requests.
#[derive(Debug, Default)]
struct Log {
    requests: VecDeque<Recorded>,
    bytes: usize,
}

/// Counts a request as underway for as long as it lives.
#[derive(Debug)]
pub(crate) struct Underway(Arc<Script>);

impl Scripts {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            connections: AtomicU64::new(0),
            by_name: Mutex::default(),
        }
    }

    /// Sets a script anew; gives its base URL.
    pub(crate) fn set(&self, name: &str, steps: Vec<Step>) -> String {
        let script = Script {
            steps: Mutex::new(steps.into_iter().map(Arc::new).collect()),
            log: Mutex::default(),
            gauge: watch::Sender::default(),
        };
        lock(&self.by_name).insert(name.to_owned(), Arc::new(script));
        format!("http://{}/{name}/v1", self.address)
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Script>> {
        lock(&self.by_name).get(name).cloned()
    }

    pub(crate) fn requests(&self, name: &str) -> Vec<Recorded> {
        self.get(name)
            .map(|script| script.requests())
            .unwrap_or_default()
    }

    pub(crate) fn underway(&self, name: &str) -> usize {
        self.get(name)
            .map_or(0, |script| script.gauge.borrow().underway)
    }

    /// Waits until the script's numbers are as wished.
    pub(crate) async fn until(&self, name: &str, wish: impl Fn(&Gauge) -> bool) {
        if let Some(script) = self.get(name) {
            let mut gauge = script.gauge.subscribe();
            // The sender lives in the script, so this cannot fail.
            let _ = gauge.wait_for(|state| wish(state)).await;
        }
    }

    pub(crate) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }
}

impl Script {
    /// What to do with the next request; the last step plays again and again.
    pub(crate) fn next_step(&self) -> Option<Arc<Step>> {
        let mut steps = lock(&self.steps);
        if steps.len() > 1 {
            steps.pop_front()
        } else {
            steps.front().cloned()
        }
    }

    /// Keeps a request, and counts it as underway.
    pub(crate) fn record(self: &Arc<Self>, request: Recorded) -> Underway {
        let mut log = lock(&self.log);
        log.bytes += request.body.len();
        log.requests.push_back(request);
        while log.requests.len() > MAX_REQUESTS || log.bytes > MAX_BYTES {
            let Some(oldest) = log.requests.pop_front() else {
                break;
            };
            log.bytes -= oldest.body.len();
        }
        drop(log);
        self.gauge.send_modify(|state| {
            state.count += 1;
            state.underway += 1;
        });
        Underway(Arc::clone(self))
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        lock(&self.log).requests.iter().cloned().collect()
    }

    pub(crate) fn gauge(&self) -> Gauge {
        *self.gauge.borrow()
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.0.gauge.send_modify(|state| state.underway -= 1);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
