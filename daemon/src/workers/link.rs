//! The daemon's end of a worker's socket: framed messages and file descriptors, without blocking.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use anyhow::{Result, bail};
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::sync::Mutex;
use va_protocol::worker::framing::{self, Received};

const MAX_DESCRIPTORS: usize = 64;

/// Sends whole messages; may be shared.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    /// Held while a message is written, so that messages do not mix.
    socket: Arc<Mutex<Arc<UnixStream>>>,
}

/// Receives whole messages. Workers send no descriptors.
#[derive(Debug)]
pub(crate) struct Receiver {
    socket: Arc<UnixStream>,
    decoder: framing::Decoder,
}

pub(crate) fn ends(socket: std::os::unix::net::UnixStream) -> Result<(Sender, Receiver)> {
    socket.set_nonblocking(true)?;
    let socket = Arc::new(UnixStream::from_std(socket)?);
    let sender = Sender { socket: Arc::new(Mutex::new(Arc::clone(&socket))) };
    Ok((sender, Receiver { socket, decoder: framing::Decoder::default() }))
}

impl Sender {
    /// # Errors
    /// Where the worker is gone.
    pub(crate) async fn send(&self, message: &impl Serialize) -> std::io::Result<()> {
        self.send_with(message, &[], &[]).await
    }

    pub(crate) async fn send_with(
        &self,
        message: &impl Serialize,
        body: &[u8],
        descriptors: &[OwnedFd],
    ) -> std::io::Result<()> {
        let bytes = framing::encode(message, body, descriptors.len());
        let socket = self.socket.lock().await;
        let mut sent = 0;
        while sent < bytes.len() {
            // Descriptors go with the first byte.
            let descriptors = if sent == 0 { descriptors } else { &[] };
            sent += socket
                .async_io(Interest::WRITABLE, || send_some(&socket, &bytes[sent..], descriptors))
                .await?;
        }
        Ok(())
    }
}

fn send_some(socket: &UnixStream, bytes: &[u8], descriptors: &[OwnedFd]) -> std::io::Result<usize> {
    let borrowed: Vec<BorrowedFd<'_>> = descriptors.iter().map(AsFd::as_fd).collect();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !borrowed.is_empty() {
        ancillary.push(SendAncillaryMessage::ScmRights(&borrowed));
    }
    let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
    Ok(rustix::net::sendmsg(socket.as_fd(), &[IoSlice::new(bytes)], &mut ancillary, flags)?)
}

impl Receiver {
    /// The next message and its body; `None` where the worker closed the stream.
    ///
    /// # Errors
    /// Where the worker speaks nonsense.
    pub(crate) async fn receive<M: DeserializeOwned>(&mut self) -> Result<Option<(M, Vec<u8>)>> {
        loop {
            if let Some(Received { message, body, descriptors }) = self.decoder.next_message()? {
                if descriptors > 0 {
                    bail!("a worker sent file descriptors");
                }
                return Ok(Some((message, body)));
            }
            let mut bytes = [0; 64 << 10];
            let read =
                self.socket.async_io(Interest::READABLE, || receive_some(&self.socket, &mut bytes)).await;
            match read {
                Ok(0) => return Ok(None),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return Ok(None),
                other => self.decoder.push(&bytes[..other?]),
            }
        }
    }
}

fn receive_some(socket: &UnixStream, bytes: &mut [u8]) -> std::io::Result<usize> {
    let mut none = rustix::net::RecvAncillaryBuffer::default();
    let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
    Ok(rustix::net::recvmsg(socket.as_fd(), &mut [IoSliceMut::new(bytes)], &mut none, flags)?.bytes)
}
