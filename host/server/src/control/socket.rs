//! The socket of a server.

use super::address::{FOLDER, SUFFIX, address, remove};
use super::desk::Desk;
use super::protocol::Ask;
use super::{MAX_REQUEST, REQUEST_TIME, TRANSFER_TIME};
use crate::who::uid;
use anyhow::Context as _;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt as _, Permissions, PermissionsExt as _};
use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::{AbortHandle, JoinSet, yield_now};
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

/// Connections on which a request is waited for. With one more, the one that has been silent longest is ended: it must
/// not keep out who has something to ask.
const WAITING: usize = 64;
/// Requests that are being answered; one more is turned away.
const ANSWERING: usize = 64;
/// Names that are tried: processes of several containers may have the same number.
const NAMES: u32 = 16;
/// Pause after a connection that could not be taken.
const PAUSE: Duration = Duration::from_millis(100);

/// A listening socket. Dropped, it is gone.
pub(crate) struct Socket {
    folder: Dir,
    name: String,
    _task: AbortOnDropHandle<()>,
}

impl Socket {
    /// Listens in the state directory at `state`, and answers by `desk`.
    pub(crate) async fn open(state: &Path, desk: Desk) -> anyhow::Result<Self> {
        let path = state.join(FOLDER);
        let folder = private_folder(state).context("the folder cannot be made")?;
        let (listener, name) = bind(&folder, &path).await?;
        let owner = uid().context("the system does not tell this user's number")?;
        let task = tokio::spawn(listen(listener, Arc::new(desk), owner));
        Ok(Self {
            folder,
            name,
            _task: AbortOnDropHandle::new(task),
        })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        remove(&self.folder, &self.name);
    }
}

fn private_folder(state: &Path) -> io::Result<Dir> {
    let state = Dir::open_ambient_dir(state, ambient_authority())?;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    match state.create_dir_with(FOLDER, &builder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    state.set_permissions(FOLDER, Permissions::from_mode(0o700))?;
    state.open_dir(FOLDER)
}

async fn bind(folder: &Dir, path: &Path) -> anyhow::Result<(UnixListener, String)> {
    let pid = std::process::id();
    for number in 0..NAMES {
        let name = match number {
            0 => format!("{pid}{SUFFIX}"),
            _ => format!("{pid}-{number}{SUFFIX}"),
        };
        let address = address(folder, path, &name);
        let mut bound = UnixListener::bind(&address);
        if is_taken(&bound) && is_stale(&address).await {
            remove(folder, &name);
            bound = UnixListener::bind(&address);
        }
        if is_taken(&bound) {
            continue;
        }
        let listener = bound.context("the socket cannot be made; is the path too long?")?;
        // The folder lets nobody else in meanwhile.
        std::fs::set_permissions(
            &address,
            std::os::unix::fs::PermissionsExt::from_mode(0o600),
        )
        .context("the socket cannot be made private")?;
        return Ok((listener, name));
    }
    anyhow::bail!("all names for process {pid} are taken")
}

fn is_taken(bound: &io::Result<UnixListener>) -> bool {
    matches!(bound, Err(error) if error.kind() == ErrorKind::AddrInUse)
}

/// Whether nobody listens at a socket any more.
async fn is_stale(address: &Path) -> bool {
    let refused = |error: &io::Error| error.kind() == ErrorKind::ConnectionRefused;
    match timeout(TRANSFER_TIME, UnixStream::connect(address)).await {
        Ok(connected) => connected.as_ref().is_err_and(refused),
        Err(_) => false,
    }
}

async fn listen(listener: UnixListener, desk: Arc<Desk>, owner: u32) {
    let mut waiting = JoinSet::new();
    let mut longest_first: VecDeque<AbortHandle> = VecDeque::new();
    let mut answering = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    longest_first.retain(|waits| !waits.is_finished());
                    if longest_first.len() >= WAITING
                        && let Some(longest) = longest_first.pop_front()
                    {
                        longest.abort();
                    }
                    longest_first.push_back(waiting.spawn(request(stream, owner)));
                    // A request that is there already is read before the next connection is taken.
                    yield_now().await;
                }
                Err(error) => {
                    tracing::debug!("control socket: {error}");
                    sleep(PAUSE).await;
                }
            },
            Some(asked) = waiting.join_next() => match asked {
                Ok(Ok((stream, ask))) if answering.len() < ANSWERING => {
                    answering.spawn(answer(stream, ask, Arc::clone(&desk)));
                }
                Ok(Ok(_)) => tracing::debug!("control socket: too many requests at once"),
                Ok(Err(error)) => tracing::debug!("control socket: {error:#}"),
                Err(_) => tracing::debug!("control socket: a silent connection made room"),
            },
            Some(answered) = answering.join_next() => {
                if let Ok(Err(error)) = answered {
                    tracing::debug!("control socket: {error:#}");
                }
            }
        }
    }
}

/// The one request of a connection.
async fn request(mut stream: UnixStream, owner: u32) -> anyhow::Result<(UnixStream, Ask)> {
    let peer = stream.peer_cred().context("who is it?")?.uid();
    // The system's administrator may do everything anyway.
    anyhow::ensure!(peer == owner || peer == 0, "user {peer} was turned away");
    let mut line = Vec::new();
    let mut from = BufReader::new((&mut stream).take(MAX_REQUEST));
    timeout(REQUEST_TIME, from.read_until(b'\n', &mut line))
        .await
        .context("no request came")??;
    let ask = serde_json::from_slice(&line).context("this is no request")?;
    Ok((stream, ask))
}

/// The answer to it.
async fn answer(mut stream: UnixStream, ask: Ask, desk: Arc<Desk>) -> anyhow::Result<()> {
    let mut answer = serde_json::to_vec(&desk.answer(ask).await)?;
    answer.push(b'\n');
    timeout(TRANSFER_TIME, stream.write_all(&answer)).await??;
    Ok(())
}
