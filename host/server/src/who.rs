//! Who runs this program, as far as the system tells.

use crate::text::plain;

/// Longest name of a user or host that is kept, in characters.
const MAX_NAME: usize = 64;

/// For the record, e.g. `ana (uid 1000) on build-7`. The uid is the system's word, the rest the environment's.
pub(crate) fn who() -> String {
    let user = ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .map_or_else(|| "somebody".to_owned(), |name| short(&name));
    match uid() {
        Some(uid) => format!("{user} (uid {uid}) on {}", host()),
        None => format!("{user} on {}", host()),
    }
}

/// The user's number. Called within a runtime.
#[cfg(unix)]
pub(crate) fn uid() -> Option<u32> {
    // What the system would tell a peer of this process.
    let (here, _there) = tokio::net::UnixStream::pair().ok()?;
    here.peer_cred().ok().map(|peer| peer.uid())
}

/// The user's number: there is none here.
#[cfg(not(unix))]
pub(crate) fn uid() -> Option<u32> {
    None
}

fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .map_or_else(|| "an unnamed host".to_owned(), |name| short(&name))
}

fn short(name: &str) -> String {
    plain(name.trim()).chars().take(MAX_NAME).collect()
}
