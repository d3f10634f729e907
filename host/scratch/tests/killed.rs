//! What becomes of folders whose process was killed, and of all others.

use gansauditor_scratch::{ScratchDir, sweep};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Tells the child where to make its folder.
const PARENT: &str = "SCRATCH_TEST_PARENT";
/// Begins the line in which the child says where its folder is.
const SAYS: &str = "its folder: ";

fn owner(parent: &Path) -> u32 {
    parent.metadata().unwrap().uid()
}

/// Not a test by itself: the process that is killed.
#[test]
fn the_process_that_is_killed() {
    let Some(parent) = std::env::var_os(PARENT) else {
        return;
    };
    let scratch = ScratchDir::create_in(Path::new(&parent), "test").unwrap();
    fs::write(scratch.path().join("login"), "secret").unwrap();
    fs::DirBuilder::new()
        .mode(0o500)
        .create(scratch.path().join("work"))
        .unwrap();
    // It outlives this process, and must not keep the lock.
    let mut outliving = Command::new("sleep")
        .arg("20")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(std::io::stdout(), "{SAYS}{}", scratch.path().display()).unwrap();
    outliving.wait().unwrap();
}

/// Starts a process that holds a folder in `parent`.
fn holder(parent: &Path) -> (Child, PathBuf) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_that_is_killed", "--nocapture"])
        .env(PARENT, parent)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let folder = lines
        .map_while(Result::ok)
        .find_map(|line| Some(PathBuf::from(line.split_once(SAYS)?.1)))
        .unwrap();
    (child, folder)
}

#[test]
fn a_folder_is_swept_when_its_process_was_killed_and_not_before() {
    let parent = tempfile::tempdir().unwrap();
    let (mut child, folder) = holder(parent.path());
    assert_eq!(sweep(parent.path(), owner(parent.path())).unwrap(), 0);
    assert!(folder.join("login").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(folder.join("login").exists());
    assert_eq!(sweep(parent.path(), owner(parent.path())).unwrap(), 1);
    assert!(!folder.exists());
}

#[test]
fn the_first_folder_of_a_process_has_the_others_swept() {
    let parent = tempfile::tempdir().unwrap();
    let (mut child, folder) = holder(parent.path());
    child.kill().unwrap();
    child.wait().unwrap();
    let scratch = ScratchDir::create_in(parent.path(), "test").unwrap();
    for _ in 0..500 {
        if !folder.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!folder.exists());
    assert!(scratch.path().exists());
}

#[test]
fn the_folders_of_this_process_stay() {
    let parent = tempfile::tempdir().unwrap();
    let scratch = ScratchDir::create_in(parent.path(), "test").unwrap();
    sweep(parent.path(), owner(parent.path())).unwrap();
    assert!(scratch.path().exists());
}

#[test]
fn what_is_not_ours_stays() {
    let parent = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("kept"), "").unwrap();
    let at = |name: &str| parent.path().join(name);
    symlink(
        elsewhere.path(),
        at("gansauditor-scratch-test-aaaaaaaaaaaa"),
    )
    .unwrap();
    fs::write(at("gansauditor-scratch-test-bbbbbbbbbbbb"), "").unwrap();
    fs::create_dir(at("gansauditor-scratch-of-mine")).unwrap();
    fs::create_dir(at("gansauditor-codex")).unwrap();
    assert_eq!(sweep(parent.path(), owner(parent.path())).unwrap(), 0);
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 4);
    assert!(elsewhere.path().join("kept").exists());
}

#[test]
fn a_folder_of_another_user_stays() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("gansauditor-scratch-test-cccccccccccc");
    fs::create_dir(&folder).unwrap();
    let me = owner(parent.path());
    assert_eq!(sweep(parent.path(), me + 1).unwrap(), 0);
    assert!(folder.exists());
    assert_eq!(sweep(parent.path(), me).unwrap(), 1);
    assert!(!folder.exists());
}

#[test]
fn folders_are_usable_while_others_sweep_without_pause() {
    let parent = tempfile::tempdir().unwrap();
    let me = owner(parent.path());
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let sweeping = || {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                sweep(parent.path(), me).unwrap();
            }
        };
        scope.spawn(sweeping);
        scope.spawn(sweeping);
        for _ in 0..500 {
            let scratch = ScratchDir::create_in(parent.path(), "test").unwrap();
            let file = scratch.path().join("file");
            fs::write(&file, "here").unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), "here");
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}
