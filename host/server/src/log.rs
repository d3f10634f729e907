//! Diagnostics on stderr.
//!
//! stdout carries the protocol only, so all words for people go to stderr. They go through a queue and a
//! thread of their own: a client that never reads the server's stderr blocks that thread, never an audit.
//! When the queue is full, lines are dropped and counted.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Lines waiting for stderr.
const QUEUE: usize = 1024;
/// How long the end of the process waits for the last lines.
const LAST_LINES: Duration = Duration::from_millis(250);

enum Item {
    Lines(Vec<u8>),
    /// Answered when everything before it is written.
    Flush(SyncSender<()>),
}

/// Takes lines for stderr without ever blocking.
#[derive(Clone)]
pub(crate) struct Stderr {
    queue: SyncSender<Item>,
    dropped: Arc<AtomicU64>,
}

/// Writes what is left when dropped.
pub(crate) struct Flush(Stderr);

impl Stderr {
    /// Starts the thread that writes.
    fn start() -> io::Result<Self> {
        let (queue, items) = sync_channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&dropped);
        std::thread::Builder::new()
            .name("stderr".to_owned())
            .spawn(move || write_all(&items, &counter, &mut io::stderr()))?;
        Ok(Self { queue, dropped })
    }

    /// Queues text that ends with a line break.
    pub(crate) fn lines(&self, text: Vec<u8>) {
        if self.queue.try_send(Item::Lines(text)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Nobody is told when stderr is gone: there is no place left to say it.
fn write_all(items: &Receiver<Item>, dropped: &AtomicU64, out: &mut impl Write) {
    while let Ok(item) = items.recv() {
        match item {
            Item::Lines(text) => {
                let _ = out.write_all(&text);
                let lost = dropped.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    let _ = writeln!(
                        out,
                        "({lost} log entries were dropped: stderr was not read)"
                    );
                }
            }
            Item::Flush(done) => {
                let _ = out.flush();
                let _ = done.send(());
            }
        }
    }
}

impl Drop for Flush {
    fn drop(&mut self) {
        let (done, written) = sync_channel(1);
        if self.0.queue.try_send(Item::Flush(done)).is_ok() {
            let _ = written.recv_timeout(LAST_LINES);
        }
    }
}

/// One entry of the log, queued as a whole when it is complete.
pub(crate) struct Entry {
    text: Vec<u8>,
    to: Stderr,
}

impl Write for Entry {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if !self.text.is_empty() {
            self.to.lines(std::mem::take(&mut self.text));
        }
    }
}

impl MakeWriter<'_> for Stderr {
    type Writer = Entry;

    fn make_writer(&self) -> Entry {
        Entry {
            text: Vec::new(),
            to: self.clone(),
        }
    }
}

/// Who reads the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// An operator, later: entries carry their time, and the ordinary course of things is told.
    Operator,
    /// A person at the terminal, now: only what is wrong.
    Person,
}

/// Sends all diagnostics to stderr. `RUST_LOG` overrides what is told. Keep the [`Flush`] until the end of the
/// process.
pub(crate) fn start(reader: Reader) -> io::Result<(Stderr, Flush)> {
    let stderr = Stderr::start()?;
    let default = match reader {
        Reader::Operator => "warn,gansauditor=info",
        Reader::Person => "warn",
    };
    let filter = EnvFilter::builder()
        .try_from_env()
        .unwrap_or_else(|_| EnvFilter::new(default));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(stderr.clone());
    match reader {
        Reader::Operator => log.init(),
        Reader::Person => log.without_time().init(),
    }
    let flush = Flush(stderr.clone());
    Ok((stderr, flush))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unread(capacity: usize) -> (Stderr, Receiver<Item>) {
        let (queue, items) = sync_channel(capacity);
        (
            Stderr {
                queue,
                dropped: Arc::default(),
            },
            items,
        )
    }

    #[test]
    fn a_stderr_that_nobody_reads_costs_lines_and_never_time() {
        let (stderr, items) = unread(2);
        for line in ["one\n", "two\n", "three\n", "four\n"] {
            stderr.lines(line.into());
        }
        let counter = Arc::clone(&stderr.dropped);
        drop(stderr);
        let mut out = Vec::new();
        write_all(&items, &counter, &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "one\n(2 log entries were dropped: stderr was not read)\ntwo\n"
        );
    }

    #[test]
    fn an_entry_is_queued_whole() {
        let (stderr, items) = unread(8);
        let mut entry = stderr.make_writer();
        entry.write_all(b"half ").unwrap();
        entry.write_all(b"and half\n").unwrap();
        drop(entry);
        let Item::Lines(text) = items.recv().unwrap() else {
            panic!("a line")
        };
        assert_eq!(text, b"half and half\n");
    }
}
