//! The bounds of an evaluation, always on.

use std::time::Duration;
use wasmtime::ResourceLimiter;

/// What a policy may use. The bounds hold for each call by itself: instances are not shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Size of a component, in bytes. Policies in Rust have about 0.2 MiB; those that carry a JavaScript or
    /// Python interpreter 12 to 18 MiB.
    pub component_bytes: usize,
    /// Time on the wall clock for one call, instantiation included. It ends at most a tenth late.
    pub deadline: Duration,
    /// Linear memory of one instance in bytes, all its memories together.
    pub memory_bytes: usize,
    /// Elements of the tables of one instance, all together.
    pub table_elements: usize,
    /// Core instances that a component may consist of. A composed policy has a handful; one with a Python
    /// interpreter some dozens.
    pub core_instances: usize,
    /// Bytes that the host allocates for what one call returns.
    pub output_bytes: usize,
    /// Bytes of text in one decision, memo excluded: it goes into the journal and to the agent.
    pub decision_bytes: usize,
    /// Units of fuel for one call, about one an instruction: a bound that is the same on every machine. Absent: none is
    /// counted, which is quicker.
    pub fuel: Option<u64>,
    /// Evaluations at the same time by the policies that decide; others wait for their turn, and their time starts with
    /// it. Half as many by a policy on trial come on top.
    pub concurrent: usize,
}

impl Default for Limits {
    /// Generous for a policy that decides in a millisecond, and harmless to a server with 512 MiB.
    fn default() -> Self {
        Self {
            component_bytes: 32 << 20,
            deadline: Duration::from_secs(2),
            memory_bytes: 64 << 20,
            table_elements: 100_000,
            core_instances: 64,
            output_bytes: 8 << 20,
            decision_bytes: 1 << 20,
            fuel: None,
            // The deadline is wall-clock time: more evaluations than processors would spend it waiting.
            concurrent: std::thread::available_parallelism().map_or(2, |n| n.get().min(64)),
        }
    }
}

impl Limits {
    /// Turns for evaluations of the policies that decide: one at least.
    pub(crate) fn turns(&self) -> usize {
        self.concurrent.max(1)
    }

    /// Turns for evaluations of a policy on trial, on top of those: half as many, for it is asked beside.
    pub(crate) fn turns_on_trial(&self) -> usize {
        (self.concurrent / 2).max(1)
    }
}

/// Keeps the account of one instance. Growth over a bound traps at once and is remembered by name: answered
/// with a failure, as WebAssembly would have it, allocators abort and the cause is lost.
#[derive(Debug)]
pub(crate) struct Meter {
    memory_left: usize,
    memory_used: usize,
    tables_left: usize,
    instances: usize,
    exceeded: Option<String>,
}

impl Meter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory_left: limits.memory_bytes,
            memory_used: 0,
            tables_left: limits.table_elements,
            instances: limits.core_instances,
            exceeded: None,
        }
    }

    /// The bound that was exceeded, in words, when one was.
    pub(crate) fn exceeded(&self) -> Option<&str> {
        self.exceeded.as_deref()
    }

    /// Bytes of memory that were granted.
    pub(crate) fn memory_used(&self) -> usize {
        self.memory_used
    }

    fn refuse(&mut self, what: String) -> wasmtime::Error {
        let error = wasmtime::Error::msg(format!("over the {what} limit"));
        self.exceeded = Some(what);
        error
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current);
        match self.memory_left.checked_sub(more) {
            Some(left) => {
                self.memory_left = left;
                self.memory_used += more;
                Ok(true)
            }
            None => Err(self.refuse(format!(
                "memory ({} more bytes asked, {} left)",
                more, self.memory_left
            ))),
        }
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current);
        match self.tables_left.checked_sub(more) {
            Some(left) => {
                self.tables_left = left;
                Ok(true)
            }
            None => Err(self.refuse(format!(
                "table ({} more elements asked, {} left)",
                more, self.tables_left
            ))),
        }
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn memories(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        self.instances
    }
}
