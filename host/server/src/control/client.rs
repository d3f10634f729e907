//! Asking all servers of a state directory.

use super::protocol::{Answer, Ask};
use std::io;
use std::path::Path;

/// A server that was asked.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Name of its socket.
    pub(crate) socket: String,
    /// What it said, or why it said nothing.
    pub(crate) answer: Result<Answer, String>,
}

/// Asks every server that has a socket in the state directory at `state`. Sockets that nobody listens at any more
/// are removed.
///
/// # Errors
/// When the sockets cannot be listed.
#[cfg(unix)]
pub(crate) async fn ask_all(state: &Path, ask: Ask) -> io::Result<Vec<Asked>> {
    unix::ask_all(state, ask).await
}

/// There are no sockets here.
#[cfg(not(unix))]
pub(crate) async fn ask_all(_: &Path, _: Ask) -> io::Result<Vec<Asked>> {
    Ok(Vec::new())
}

#[cfg(unix)]
mod unix {
    use super::super::address::{FOLDER, SUFFIX, address, remove};
    use super::super::{LOOK_TIME, MAX_ANSWER, STATUS_TIME, TRANSFER_TIME};
    use super::{Answer, Ask, Asked};
    use anyhow::Context as _;
    use cap_std::ambient_authority;
    use cap_std::fs::{Dir, FileTypeExt as _};
    use std::io::{self, ErrorKind};
    use std::path::Path;
    use std::sync::Arc;
    use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::UnixStream;
    use tokio::task::JoinSet;
    use tokio::time::timeout;

    /// Servers asked at the same time.
    const AT_ONCE: usize = 32;

    pub(super) async fn ask_all(state: &Path, ask: Ask) -> io::Result<Vec<Asked>> {
        let path = Arc::new(state.join(FOLDER));
        let folder = match Dir::open_ambient_dir(&*path, ambient_authority()) {
            Ok(folder) => Arc::new(folder),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut answers = Vec::new();
        for names in sockets(&folder)?.chunks(AT_ONCE) {
            let mut asking = JoinSet::new();
            for name in names {
                let (folder, path, name) = (Arc::clone(&folder), Arc::clone(&path), name.clone());
                asking.spawn(async move { ask_one(&folder, &path, name, ask).await });
            }
            answers.extend(asking.join_all().await.into_iter().flatten());
        }
        answers.sort_by(|a, b| a.socket.cmp(&b.socket));
        Ok(answers)
    }

    fn sockets(folder: &Dir) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in folder.entries()? {
            let entry = entry?;
            // One that is gone by now is none.
            let is_socket = entry.file_type().is_ok_and(|kind| kind.is_socket());
            if let Ok(name) = entry.file_name().into_string()
                && is_socket
                && name.ends_with(SUFFIX)
            {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// Absent when there is no server any more.
    async fn ask_one(folder: &Dir, path: &Path, socket: String, ask: Ask) -> Option<Asked> {
        let address = address(folder, path, &socket);
        let answer = match timeout(TRANSFER_TIME, UnixStream::connect(&address)).await {
            Ok(Ok(stream)) => converse(stream, ask)
                .await
                .map_err(|error| format!("{error:#}")),
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => {
                remove(folder, &socket);
                return None;
            }
            Ok(Err(error)) if error.kind() == ErrorKind::NotFound => return None,
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("it does not take the connection".to_owned()),
        };
        Some(Asked { socket, answer })
    }

    async fn converse(mut stream: UnixStream, ask: Ask) -> anyhow::Result<Answer> {
        let mut request = serde_json::to_vec(&ask)?;
        request.push(b'\n');
        stream.write_all(&request).await?;
        let mut line = Vec::new();
        let mut answer = BufReader::new(stream.take(MAX_ANSWER));
        let time = match ask {
            Ask::Look => LOOK_TIME,
            Ask::Status => STATUS_TIME,
        };
        timeout(time, answer.read_until(b'\n', &mut line))
            .await
            .map_err(|_| anyhow::anyhow!("it does not answer within {} s", time.as_secs()))??;
        serde_json::from_slice(&line).context("it did not answer; see its log")
    }
}
