//! Who runs this program, as far as the system tells.

use crate::text::plain;

/// Longest name of a user or host that is kept, in characters.
const MAX_NAME: usize = 64;

/// For the record, e.g. `ana (uid 1000) on build-7`. The uid is the system's word, and the name its password database's;
/// where that has none, the environment's.
pub(crate) fn who() -> String {
    let user = name()
        .or_else(said)
        .unwrap_or_else(|| "somebody".to_owned());
    let user = short(&user);
    match uid() {
        Some(uid) => format!("{user} (uid {uid}) on {}", host()),
        None => format!("{user} on {}", host()),
    }
}

/// The user's number.
#[cfg(unix)]
pub(crate) fn uid() -> Option<u32> {
    Some(nix::unistd::Uid::effective().as_raw())
}

/// The user's number: there is none here.
#[cfg(not(unix))]
pub(crate) fn uid() -> Option<u32> {
    None
}

/// The user's name in the password database.
#[cfg(unix)]
fn name() -> Option<String> {
    use nix::unistd::{Uid, User};
    // A database that cannot be asked is as good as one that does not know the user.
    let user = User::from_uid(Uid::effective()).ok().flatten()?;
    Some(user.name).filter(|name| !name.is_empty())
}

/// The user's name: only the environment has it here.
#[cfg(not(unix))]
fn name() -> Option<String> {
    None
}

/// The user's name by the environment.
fn said() -> Option<String> {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|name| !name.trim().is_empty())
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
