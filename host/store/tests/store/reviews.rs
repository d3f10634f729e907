//! The cache of reviews: one contract, in memory and in a directory.

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use gansauditor_audit::domain::{
    Category, CheckResult, Coverage, Digest, FileReading, Location, Reported, Score, Severity,
    Usage,
};
use gansauditor_audit::ports::{CheckRun, JudgeReport, ReviewCache};
use gansauditor_store::{CacheLimits, Reviews};
use std::path::Path;
use tempfile::TempDir;

fn report(words: usize) -> JudgeReport {
    JudgeReport {
        scores: vec![("security".to_owned(), Score::clamped(0.1 + 0.2))],
        findings: vec![Reported {
            rule: None,
            category: Category::Custom("licence".to_owned()),
            severity: Severity::Major,
            cwe: Some(79),
            message: "word ".repeat(words),
            advice: Some("é\u{0}\n".to_owned()),
            location: Some(Location {
                path: "a b/ü.py".to_owned(),
                line: Some(3),
                end_line: None,
            }),
            symbol: None,
            anchor: "x = 1".to_owned(),
        }],
        coverage: Coverage::Whole,
        readings: vec![FileReading::graded("a b/ü.py")],
        summary: String::new(),
        usage: Usage {
            input_tokens: 7,
            ..Usage::default()
        },
        provenance: "a model".to_owned(),
        checks: vec![CheckRun {
            check: "tests".to_owned(),
            outcome: CheckResult::Errored,
            provenance: "make".to_owned(),
            detail: String::new(),
        }],
        remarks: vec!["was not given b.py".to_owned()],
    }
}

fn key(number: usize) -> Digest {
    Digest::of(&number.to_le_bytes())
}

fn at(path: &Path, limits: CacheLimits) -> Reviews {
    Reviews::in_directory(
        Dir::open_ambient_dir(path, ambient_authority()).unwrap(),
        limits,
    )
}

/// Nothing stays in memory, so that everything comes from the directory.
const DIRECTORY_ONLY: CacheLimits = CacheLimits {
    memory: 0,
    directory: 1 << 20,
};

async fn keeps_the_contract(cache: &Reviews) {
    assert_eq!(cache.get(&key(1)).await, None);
    cache.put(&key(1), &report(10)).await;
    assert_eq!(cache.get(&key(1)).await, Some(report(10)));
    assert_eq!(cache.get(&key(2)).await, None);
    cache.put(&key(1), &report(20)).await;
    assert_eq!(cache.get(&key(1)).await, Some(report(20)));
    assert_eq!(cache.clone().get(&key(1)).await, Some(report(20)));
}

#[tokio::test]
async fn what_is_put_in_comes_out_as_it_was_and_nothing_else_does() {
    keeps_the_contract(&Reviews::in_memory(CacheLimits::default())).await;
    let folder = TempDir::new().unwrap();
    keeps_the_contract(&at(folder.path(), CacheLimits::default())).await;
    let folder = TempDir::new().unwrap();
    keeps_the_contract(&at(folder.path(), DIRECTORY_ONLY)).await;
}

#[tokio::test]
async fn memory_is_bounded() {
    let limits = CacheLimits {
        memory: 64 << 10,
        directory: 0,
    };
    let cache = Reviews::in_memory(limits);
    for number in 0..200 {
        cache.put(&key(number), &report(1000)).await;
    }
    let mut held = 0;
    for number in 0..200 {
        held += usize::from(cache.get(&key(number)).await.is_some());
    }
    assert!((1..=8).contains(&held), "{held}");
}

#[tokio::test]
async fn the_directory_is_bounded_and_its_oldest_reviews_go_first() {
    let folder = TempDir::new().unwrap();
    let limits = CacheLimits {
        memory: 0,
        directory: 100_000,
    };
    let cache = at(folder.path(), limits);
    for number in 0..60 {
        cache.put(&key(number), &report(1000)).await;
    }
    let sizes = std::fs::read_dir(folder.path()).unwrap();
    let bytes: u64 = sizes
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum();
    assert!(bytes <= 110_000, "{bytes}");
    assert_eq!(cache.get(&key(0)).await, None);
    assert!(cache.get(&key(59)).await.is_some());
}

#[tokio::test]
async fn a_file_that_is_not_what_was_written_is_as_good_as_none() {
    let folder = TempDir::new().unwrap();
    let cache = at(folder.path(), DIRECTORY_ONLY);
    cache.put(&key(1), &report(10)).await;
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap();
    let path = file.unwrap().path();
    let whole = std::fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for content in [
        &flipped[..],
        &whole[..whole.len() - 1],
        b"",
        b"\n",
        &[0xff; 9],
    ] {
        std::fs::write(&path, content).unwrap();
        assert_eq!(cache.get(&key(1)).await, None);
    }
    cache.put(&key(1), &report(10)).await;
    assert_eq!(cache.get(&key(1)).await, Some(report(10)));
    #[cfg(unix)]
    {
        let secret = folder.path().join("elsewhere");
        std::fs::write(&secret, &whole).unwrap();
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&secret, &path).unwrap();
        assert_eq!(cache.get(&key(1)).await, None, "a link is not followed");
    }
}

#[tokio::test]
async fn a_directory_that_is_gone_costs_nothing_but_the_reviews() {
    let folder = TempDir::new().unwrap();
    let cache = at(folder.path(), DIRECTORY_ONLY);
    std::fs::remove_dir_all(folder.path()).unwrap();
    cache.put(&key(1), &report(10)).await;
    assert_eq!(cache.get(&key(1)).await, None);
}
