//! File names of sessions.

use gansauditor_audit::domain::{Digest, SessionId};

/// What every journal's name ends with.
pub(crate) const JOURNAL_SUFFIX: &str = ".journal.jsonl";
/// What every lock's name ends with.
pub(crate) const LOCK_SUFFIX: &str = ".journal.lock";
/// What the name of every journal under construction ends with.
pub(crate) const DRAFT_SUFFIX: &str = ".journal.new";
/// Stands between a journal's name and the number of a quarantined version of it.
const CORRUPT_INFIX: &str = ".journal.jsonl.corrupt-";
/// Quarantined versions of one journal; further damage leaves the journal in place.
const MAX_CORRUPT: u32 = 9;
/// Longest id that is its own file name, in bytes.
const MAX_PLAIN: usize = 100;
/// Longest readable part of an encoded name, in bytes.
const MAX_READABLE: usize = 40;

/// The names of a session's files.
///
/// Two ids never share a name, not even where the file system takes `A` and `a` for the same letter: plain
/// names have no upper case and no `~`, and encoded ones hold the digest of the id after a `~`.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    stem: String,
    legacy: Option<String>,
}

impl Names {
    pub(crate) fn of(id: &SessionId) -> Self {
        let id = id.as_str();
        let stem = if is_plain(id) {
            id.to_owned()
        } else {
            encoded(id)
        };
        Self {
            stem,
            legacy: is_harmless(id).then(|| format!("{id}.json")),
        }
    }

    /// The journal.
    pub(crate) fn journal(&self) -> String {
        format!("{}{JOURNAL_SUFFIX}", self.stem)
    }

    /// A journal under construction. Only the holder of the lock makes one.
    pub(crate) fn draft(&self) -> String {
        format!("{}{DRAFT_SUFFIX}", self.stem)
    }

    /// The lock.
    pub(crate) fn lock(&self) -> String {
        format!("{}{LOCK_SUFFIX}", self.stem)
    }

    /// Where damaged journals may be set aside, in order.
    pub(crate) fn corrupt(&self) -> impl Iterator<Item = String> + '_ {
        (1..=MAX_CORRUPT).map(|number| format!("{}{CORRUPT_INFIX}{number}", self.stem))
    }

    /// The session file of the original server, which used ids as file names as they came.
    pub(crate) fn legacy(&self) -> Option<&str> {
        self.legacy.as_deref()
    }
}

/// The session whose journal has this name, where the name alone tells: an encoded one does not.
pub(crate) fn session_of(journal: &str) -> Option<SessionId> {
    let id = SessionId::new(journal.strip_suffix(JOURNAL_SUFFIX)?).ok()?;
    (Names::of(&id).journal() == journal).then_some(id)
}

/// The name that a quarantined journal had before; absent when this is not the name of one.
pub(crate) fn journal_set_aside(name: &str) -> Option<String> {
    let (stem, number) = name.rsplit_once(CORRUPT_INFIX)?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("{stem}{JOURNAL_SUFFIX}"))
}

fn is_plain(id: &str) -> bool {
    id.len() <= MAX_PLAIN
        && !id.starts_with('.')
        && id
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
        && !is_device(id)
}

fn encoded(id: &str) -> String {
    let readable: String = id
        .chars()
        .map(|c| c.to_ascii_lowercase())
        .map(|c| {
            if matches!(c, 'a'..='z' | '0'..='9' | '_' | '-') {
                c
            } else {
                '-'
            }
        })
        .take(MAX_READABLE)
        .collect();
    let digest = Digest::of(id.as_bytes());
    let digits = digest.as_str().rsplit(':').next().unwrap_or_default();
    format!("{readable}~{digits}")
}

/// Whether an id with `.json` after it is the name of a file in this very directory on any system.
fn is_harmless(id: &str) -> bool {
    !id.starts_with('.') && !id.contains(['/', '\\', ':']) && !is_device(id)
}

/// Whether some systems take the name for a device, whatever follows its first dot.
fn is_device(id: &str) -> bool {
    let first = id
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_ascii_lowercase();
    matches!(
        first.as_str(),
        "con" | "prn" | "aux" | "nul" | "conin$" | "conout$"
    ) || first
        .strip_prefix("com")
        .or_else(|| first.strip_prefix("lpt"))
        .is_some_and(|port| {
            matches!(port, "¹" | "²" | "³")
                || port.len() == 1 && port.as_bytes()[0].is_ascii_digit()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(id: &str) -> Names {
        Names::of(&SessionId::new(id).unwrap())
    }

    #[test]
    fn keeps_simple_ids_readable() {
        assert_eq!(names("my-task_2.1").journal(), "my-task_2.1.journal.jsonl");
        assert!(names("My Task").journal().starts_with("my-task~"));
    }

    #[test]
    fn encodes_what_is_no_safe_file_name() {
        for id in [
            "../../x", "a/b", "a\\b", "CON", "con", "nul.txt", "lpt1", ".hidden", "..", "A",
            "日本", "~", "c:x",
        ] {
            let name = names(id).journal();
            assert!(name.contains('~'), "{id} became {name}");
            assert!(
                !name.contains(['/', '\\', ':']) && !name.starts_with('.'),
                "{id} became {name}"
            );
        }
    }

    #[test]
    fn a_journals_name_tells_its_session_unless_it_is_encoded() {
        for id in ["my-task_2.1", "a"] {
            let told = session_of(&names(id).journal());
            assert_eq!(told.unwrap().as_str(), id);
        }
        for none in [&names("My Task").journal(), "A.journal.jsonl", "a.json", ""] {
            assert_eq!(session_of(none), None, "{none}");
        }
    }

    #[test]
    fn what_was_set_aside_is_known_by_its_name() {
        for aside in names("My Task").corrupt() {
            assert_eq!(journal_set_aside(&aside), Some(names("My Task").journal()));
            assert_eq!(journal_set_aside(&format!("{aside}.readable")), None);
        }
        assert_eq!(journal_set_aside(&names("My Task").journal()), None);
    }

    #[test]
    fn looks_for_the_original_servers_file_only_in_this_directory() {
        for id in ["../../x", "a/b", "a\\b", "CON", ".", "..", ".hidden", "c:x"] {
            assert_eq!(names(id).legacy(), None, "{id}");
        }
        assert_eq!(names("My Task").legacy(), Some("My Task.json"));
    }

    proptest! {
        #[test]
        fn two_ids_never_share_a_name(a in "[ -~é日]{1,60}", b in "[ -~é日]{1,60}") {
            let (Ok(a), Ok(b)) = (SessionId::new(a), SessionId::new(b)) else { return Ok(()) };
            prop_assume!(a != b);
            let (a, b) = (Names::of(&a), Names::of(&b));
            prop_assert_ne!(a.journal().to_lowercase(), b.journal().to_lowercase());
        }

        #[test]
        fn case_alone_tells_names_apart(id in "[a-zA-Z]{1,20}") {
            let swapped: String = id.chars().map(|c| {
                if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() }
            }).collect();
            prop_assert_ne!(names(&id).journal().to_lowercase(), names(&swapped).journal().to_lowercase());
        }

        #[test]
        fn every_name_fits_and_stays_in_the_directory(id in "\\PC{1,256}") {
            let Ok(id) = SessionId::new(id) else { return Ok(()) };
            let names = Names::of(&id);
            let longest = format!("{}.readable", names.corrupt().last().unwrap());
            prop_assert!(longest.len() <= 200);
            let safe = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-~".contains(&b);
            prop_assert!(longest.bytes().all(safe) && !longest.starts_with('.'));
        }
    }
}
