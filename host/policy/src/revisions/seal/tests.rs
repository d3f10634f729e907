use super::*;

fn file(folder: &tempfile::TempDir) -> SealFile {
    SealFile::new(Some(folder.path().join("a/b/seal.key")))
}

#[test]
fn a_key_is_made_once_for_its_user_only_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder);
    assert!(file.read().unwrap().is_none());
    assert!(!folder.path().join("a").exists(), "reading makes nothing");
    let seals: Vec<String> = std::thread::scope(|scope| {
        let makers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| file.make().unwrap().of(b"text")))
            .collect();
        makers
            .into_iter()
            .map(|maker| maker.join().unwrap())
            .collect()
    });
    assert!(seals.iter().all(|seal| *seal == seals[0]), "{seals:?}");
    assert_eq!(seals[0].len(), SEAL_BYTES);
    assert!(
        file.read()
            .unwrap()
            .unwrap()
            .holds(b"text", seals[0].as_bytes())
    );
    let inside: Vec<_> = fs::read_dir(folder.path().join("a/b")).unwrap().collect();
    assert_eq!(inside.len(), 1, "nothing is left over");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |name| {
            let metadata = fs::metadata(folder.path().join(name)).unwrap();
            metadata.permissions().mode() & 0o777
        };
        assert_eq!(mode("a/b/seal.key"), 0o600);
        assert_eq!((mode("a"), mode("a/b")), (0o700, 0o700));
    }
}

/// The example of RFC 4231, section 4.3.
#[test]
fn a_seal_is_an_hmac() {
    let seal = Seal(hmac::Key::new(hmac::HMAC_SHA256, b"Jefe"));
    let expected = "hmac-sha256:5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(seal.of(b"what do ya want for nothing?"), expected);
    assert!(!seal.holds(b"what do ya want for something?", expected.as_bytes()));
    let bare = expected.trim_start_matches(ALGORITHM);
    assert!(!seal.holds(b"what do ya want for nothing?", bare.as_bytes()));
    assert!(!Seal::numbered(1).holds(b"text", Seal::numbered(2).of(b"text").as_bytes()));
    assert!(!format!("{:?}", Seal::numbered(7)).contains('7'));
}

#[cfg(unix)]
#[test]
fn a_file_that_is_no_key_or_is_not_its_users_alone_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seal.key");
    let file = SealFile::new(Some(path.clone()));
    let refused = |words: &str| {
        for error in [file.read().unwrap_err(), file.make().unwrap_err()] {
            let text = error.to_string();
            assert!(text.contains(words) && text.contains("seal.key"), "{text}");
        }
    };
    let allow = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let long = "0".repeat(64) + &" ".repeat(1000);
    for text in ["", "secret", &"0".repeat(63), &"é".repeat(32), &long] {
        fs::write(&path, text).unwrap();
        allow(0o600);
        refused("64 hexadecimal digits");
    }
    fs::write(&path, "0".repeat(64)).unwrap();
    for mode in [0o604, 0o620, 0o602, 0o666] {
        allow(mode);
        refused("chmod 600");
    }
    for mode in [0o600, 0o400, 0o440] {
        allow(mode);
        assert!(file.read().unwrap().is_some());
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    refused("plain file");
    fs::remove_dir(&path).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    refused("plain file");
}

#[test]
fn without_a_whole_path_for_the_key_the_setting_is_named() {
    let nowhere = SealFile::new(None);
    let here = SealFile::new(Some("seal.key".into()));
    for file in [nowhere, here] {
        for error in [file.read().unwrap_err(), file.make().unwrap_err()] {
            assert!(error.to_string().contains("AUDIT_POLICY_SEAL"), "{error}");
        }
    }
}
