//! The keys and signatures were made by `openssl` (as `cosign` makes them) and `minisign`'s format, over [`SIGNED`].

use super::*;

const SIGNED: &[u8] = b"a policy";

const MINISIGN: (&str, &str) = (
    "untrusted comment: minisign public key\nRWRLRVlJRDEyM2fTterwwL9rWmAtNZ2uzIanp0BTSQ7DeuCOcTYFh8hw",
    "untrusted comment: signature\nRURLRVlJRDEyM99nn40udrv0Oew7v9rWu0h5/KzbKITCtwJknSIKojG03CT5xYUGyFY/pOMLPQHVZTzVfnHe9zBmR5eTbU8j2A4=\ntrusted comment: timestamp:1\nb80ierbk9qUjUMU+TqXwtw0jFMApd2yNMn53DQxKsvCGEyJqhILmpPRCEKoie1vpF6CQaU4Rxr0REC0/KrjgCA==",
);
const P256: (&str, &str) = (
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAETmLi5g44aO3U9CbhYPwp/sfmREUF\nBL5IgxnkIjiEZQkWXQ+bhZgzC4ulGpvO+nfYJDyRHH40pADTFrCMtDrk9Q==\n-----END PUBLIC KEY-----",
    "MEUCIEwejv7Vf1K4FJLGitsgE8xFq/GLPovjDG+kBkxCFIraAiEAkkmsFFGsNPI3ozV7IOyPmcyazPmEvcbXH2v2j9ElG1k=",
);
const P384: (&str, &str) = (
    "-----BEGIN PUBLIC KEY-----\nMHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEpg/di6Ro/tmfelGZPXJvUOt9+C/0Iiwi\nsnkX1X7YsqHrzgb3OL3QdKUKO8vSnj1VfMUehN3ucZPFe2aP4y9ca0IDpp85FKn0\nQ+z6fOQnN/5o9j9G7SsplecEuTcaUgTz\n-----END PUBLIC KEY-----",
    "MGQCMHkVGuzXLycX0TfTNMc/EbsAbj43OJzcaLyKSEZYAYA22AVQA/0qwtn8v26qHJKleAIwIcz2OP5zc6+VQQBB78JlE+Aa5mJa5XUwDdEFrY/sTZFg43XsSgkj3oQXdOl0nGek",
);
const ED25519: (&str, &str) = (
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAc2LlvGpJO3gYFksG0dRc8uWjHeFCwyXj/pf3+Mpf4DU=\n-----END PUBLIC KEY-----",
    "+/fSmC++A6B0LtKbZRu5Wi4IenzlbFxKCwGJnQUQ5V+BOR1F7zXBT7tnbCEweUFs36853/elJ0SJkQlnmSrtCg==",
);
const RSA: (&str, &str) = (
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA5dBlo8PVFu7oAXcSKKU9\nuQOSiNDOuxidASNDXoydxnpa16RXv77ZCIE7PQQl8JUYulYg3aoDQgRqybwP85gy\neuOCvYssuBkQa6KQ0aACzfTdrfWmzVM78+ynMAvOjZXHoHhp6Ux366U15aU2Asp9\nPThaAh7AUli0IPl3JsAS/YOxq9F7bUnRqOq/UjJy6gyvwe93Iu0EAno3wA2yJu2b\nIHq/4ii84X6QxPhwsm7Fz94Su/COX2MFwQrTW+6qBmsIyXD2pqkSwN3XUe0sc5db\n0qJtjWcRSn6N7i7ZcUFDzUzyC1B4h4TDBgKcJiC3/IgFcwnYzTogUwXouvWKR4bj\nJQIDAQAB\n-----END PUBLIC KEY-----",
    "189l6Y/mdj6Whe9Q2+aqcaKnRjohfDLB3brhb/u2tDla5fHZKnZ/qhGiZLRFg/S8k6AMOhnRUHZZuOaM4JYnB/gc2tx/61zNxrJgvZsZtMvhnpjUDjYHWpd+zyYLElfTlFlRrChprdKyEcr3W68swkbgObV5AgAUAt2/Ky704xYV1Oev/cLMlA+mRJBYDTg0A2ylS7BCec/8WlWEtD2lZ1mCGHRbiA8EbaI8wvzN0CnBc1ff/5J7OF4O8cbiidGUFRck/9XMRmvkZP2W9U30f1mUw0T3qhTBEtCvbJsv1BZPneKUXQ+43LtmxJEN3qjMrbh8VKEKX4jxqs3ISCbN9A==",
);

fn signed(component: &[u8], signature: &str) -> Artifact {
    Artifact {
        component: component.to_vec(),
        signature: Some(signature.to_owned()),
    }
}

fn key(text: &str) -> PublicKey {
    PublicKey::parse(text).expect("a public key")
}

#[test]
fn each_kind_of_key_takes_its_own_signature_and_no_other() {
    let kinds = [MINISIGN, P256, P384, ED25519, RSA];
    for (at, (text, signature)) in kinds.into_iter().enumerate() {
        let trust = Trust {
            keys: vec![key(text)],
            ..Trust::default()
        };
        assert_eq!(trust.check(&signed(SIGNED, signature)), Ok(()), "{at}");
        let other = trust.check(&signed(b"a policy!", signature));
        assert_eq!(other, Err(LoadError::BadSignature), "{at}");
        for (_, foreign) in kinds
            .into_iter()
            .filter(|(_, foreign)| *foreign != signature)
        {
            let error = trust.check(&signed(SIGNED, foreign));
            assert_eq!(error, Err(LoadError::BadSignature), "{at}");
        }
    }
}

#[test]
fn one_of_several_keys_is_enough_and_a_missing_signature_is_none() {
    let trust = Trust {
        keys: vec![key(RSA.0), key(MINISIGN.0)],
        ..Trust::default()
    };
    assert_eq!(trust.check(&signed(SIGNED, MINISIGN.1)), Ok(()));
    assert_eq!(trust.check(&SIGNED.into()), Err(LoadError::Unsigned));
    for nonsense in ["", "nonsense", "AAAA", "untrusted comment: x\nAAAA"] {
        let error = trust.check(&signed(SIGNED, nonsense));
        assert_eq!(error, Err(LoadError::BadSignature), "{nonsense}");
    }
}

#[test]
fn the_keys_that_signed_are_told_by_their_places() {
    let trust = Trust {
        keys: vec![key(RSA.0), key(MINISIGN.0), key(P256.0), key(MINISIGN.0)],
        ..Trust::default()
    };
    let signers = |artifact: &Artifact| trust.signers(artifact).collect::<Vec<_>>();
    assert_eq!(signers(&signed(SIGNED, MINISIGN.1)), [1, 3]);
    assert_eq!(signers(&signed(SIGNED, P256.1)), [2]);
    assert!(signers(&signed(SIGNED, ED25519.1)).is_empty());
    assert!(signers(&SIGNED.into()).is_empty());
}

#[test]
fn a_minisign_key_is_also_read_from_its_second_line_alone() {
    let line = MINISIGN.0.lines().nth(1).unwrap();
    assert!(key(line).has_signed(SIGNED, MINISIGN.1));
}

#[test]
fn what_is_no_public_key_is_refused() {
    let cut = &P256.0[..60];
    for text in [
        "",
        "nonsense",
        cut,
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
    ] {
        assert!(PublicKey::parse(text).is_err(), "{text}");
    }
}

#[test]
fn only_pinned_components_are_taken_where_some_are_pinned() {
    let trust = Trust {
        pins: vec![Digest::of(SIGNED)],
        ..Trust::default()
    };
    assert_eq!(trust.check(&SIGNED.into()), Ok(()));
    let other = trust.check(&b"another"[..].into());
    assert_eq!(other, Err(LoadError::NotPinned(Digest::of(b"another"))));
}

#[test]
fn imports_are_allowed_by_name_with_any_version_or_by_the_start_of_a_name() {
    let trust = Trust {
        imports: vec!["wasi:io/poll".into(), "wasi:clocks/*".into()],
        ..Trust::default()
    };
    for name in [
        "wasi:io/poll",
        "wasi:io/poll@0.2.0",
        "wasi:clocks/wall-clock@0.2.9",
    ] {
        assert!(trust.allows(name), "{name}");
    }
    for name in ["wasi:io/polls", "wasi:io/streams@0.2.0", "x:wasi/clocks"] {
        assert!(!trust.allows(name), "{name}");
    }
    assert!(!Trust::default().allows(""));
}

#[test]
fn a_signature_is_taken_as_openssl_writes_it_too_raw_or_in_lines() {
    for (text, signature) in [P256, P384, ED25519, RSA] {
        let trust = Trust {
            keys: vec![key(text)],
            ..Trust::default()
        };
        let raw = Artifact::signature_text(STANDARD.decode(signature).unwrap());
        assert_eq!(trust.check(&signed(SIGNED, &raw)), Ok(()));
        let (start, end) = signature.split_at(40);
        let lines = Artifact::signature_text(format!("{start}\n{end}\n").into_bytes());
        assert_eq!(trust.check(&signed(SIGNED, &lines)), Ok(()));
    }
}
