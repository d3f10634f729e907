use super::*;
use crate::embedded::CORE;
use crate::limits::Limits;
use crate::runtime::Runtime;
use std::path::PathBuf;

struct Place {
    folder: tempfile::TempDir,
    cache: CompiledCache,
    runtime: Runtime,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cache = CompiledCache::open(&folder.path().join("cache")).unwrap();
        let runtime = Runtime::new(Limits::default()).unwrap();
        Self {
            folder,
            cache,
            runtime,
        }
    }

    /// With the entry of a small component.
    fn filled() -> (Self, Digest) {
        let place = Self::new();
        let digest = Digest::of(b"small");
        let component =
            Component::from_binary(&place.runtime.engine, b"\0asm\x0d\0\x01\0").unwrap();
        place.cache.put(&digest, &place.runtime.engine, &component);
        (place, digest)
    }

    fn entry(&self) -> PathBuf {
        let mut entries = std::fs::read_dir(self.folder.path().join("cache")).unwrap();
        let entry = entries.next().unwrap().unwrap().path();
        assert!(entries.next().is_none(), "one entry, and no draft");
        entry
    }

    fn finds(&self, digest: &Digest) -> bool {
        self.cache.get(digest, &self.runtime.engine).is_some()
    }
}

#[test]
fn what_was_kept_is_found_by_its_digest_and_by_the_same_kind_of_engine_only() {
    let (place, digest) = Place::filled();
    assert!(place.finds(&digest));
    assert!(!place.finds(&Digest::of(b"other")));
    let same = Runtime::new(Limits::default()).unwrap();
    assert!(place.cache.get(&digest, &same.engine).is_some());
    let counting = Runtime::new(Limits {
        fuel: Some(1),
        ..Limits::default()
    });
    assert!(
        place
            .cache
            .get(&digest, &counting.unwrap().engine)
            .is_none()
    );
}

#[test]
fn whatever_byte_of_an_entry_is_changed_it_is_not_run() {
    let (place, digest) = Place::filled();
    let whole = std::fs::read(place.entry()).unwrap();
    for at in (0..whole.len()).step_by(97) {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        std::fs::write(place.entry(), &damaged).unwrap();
        assert!(!place.finds(&digest), "byte {at}");
    }
    for len in [0, 1, SEAL, whole.len() - 1] {
        std::fs::write(place.entry(), &whole[..len]).unwrap();
        assert!(!place.finds(&digest), "{len} bytes");
    }
    std::fs::write(place.entry(), &whole).unwrap();
    assert!(place.finds(&digest));
}

#[test]
fn the_core_from_the_cache_is_the_core() {
    let place = Place::new();
    let Some(core) = &CORE else {
        return;
    };
    let engine = &place.runtime.engine;
    let digest = Digest::of(core.component);
    let compiled = Component::from_binary(engine, core.component).unwrap();
    place.cache.put(&digest, engine, &compiled);
    let cached = place.cache.get(&digest, engine).unwrap();
    assert_eq!(
        cached.component_type().exports(engine).count(),
        compiled.component_type().exports(engine).count()
    );
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_can_reach_or_that_is_a_link_is_refused() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let place = tempfile::tempdir().unwrap();
    let open = place.path().join("open");
    std::fs::create_dir(&open).unwrap();
    for mode in [0o755, 0o770, 0o701] {
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(mode)).unwrap();
        let error = CompiledCache::open(&open).unwrap_err();
        assert!(error.to_string().contains("0700"), "{error}");
    }
    let link = place.path().join("link");
    symlink(&open, &link).unwrap();
    assert!(CompiledCache::open(&link).is_err());
    let file = place.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(CompiledCache::open(&file).is_err());
}

#[cfg(unix)]
#[test]
fn folder_and_entries_are_the_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (place, _) = Place::filled();
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(place.folder.path().join("cache")), 0o700);
    assert_eq!(mode(place.entry()), 0o600);
}
