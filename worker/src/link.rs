//! A stream socket that carries framed messages and file descriptors, for threads.

use std::collections::VecDeque;
use std::io::{IoSlice, IoSliceMut, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use va_protocol::worker::control::EXIT_LINK_LOST;
use va_protocol::worker::framing::{self, Received};

/// Most descriptors of one message: a video and a socket for each group.
const MAX_DESCRIPTORS: usize = 64;

/// The two ends of a socket's use; they may live in different threads.
pub(crate) fn ends(socket: UnixStream) -> Result<(Sender, Receiver)> {
    let receiver = Receiver {
        socket: socket.try_clone()?,
        decoder: framing::Decoder::default(),
        descriptors: VecDeque::new(),
    };
    Ok((Sender { socket: Arc::new(Mutex::new(socket)) }, receiver))
}

/// Sends whole messages; may be shared by threads.
#[derive(Clone)]
pub(crate) struct Sender {
    socket: Arc<Mutex<UnixStream>>,
}

impl Sender {
    /// # Errors
    /// Where the other side is gone.
    pub(crate) fn send(&self, message: &impl Serialize) -> std::io::Result<()> {
        self.send_with(message, &[], &[])
    }

    pub(crate) fn send_with(
        &self,
        message: &impl Serialize,
        body: &[u8],
        descriptors: &[BorrowedFd<'_>],
    ) -> std::io::Result<()> {
        let bytes = framing::encode(message, body, descriptors.len());
        let mut socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        if !descriptors.is_empty() {
            ancillary.push(SendAncillaryMessage::ScmRights(descriptors));
        }
        let sent = rustix::net::sendmsg(
            socket.as_fd(),
            &[IoSlice::new(&bytes)],
            &mut ancillary,
            SendFlags::NOSIGNAL,
        );
        if let Err(Errno::BADF | Errno::NOTSOCK) = sent {
            // Nothing that this process holds is to be trusted any more, and nobody may wait for it in vain.
            eprintln!("va-worker: an analyzer closed the process's descriptors");
            std::process::exit(EXIT_LINK_LOST);
        }
        socket.write_all(&bytes[sent?..])
    }
}

/// Receives whole messages.
pub(crate) struct Receiver {
    socket: UnixStream,
    decoder: framing::Decoder,
    descriptors: VecDeque<OwnedFd>,
}

/// A message, the bytes that came with it, and the descriptors.
pub(crate) type Arrived<M> = (M, Vec<u8>, Vec<OwnedFd>);

impl Receiver {
    /// Waits for a message; `None` where the other side closed the stream.
    pub(crate) fn receive<M: DeserializeOwned>(&mut self) -> Result<Option<Arrived<M>>> {
        loop {
            if let Some(Received { message, body, descriptors }) = self.decoder.next_message()? {
                if descriptors > self.descriptors.len() {
                    bail!("a message came without its file descriptors");
                }
                return Ok(Some((message, body, self.descriptors.drain(..descriptors).collect())));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    fn fill(&mut self) -> Result<bool> {
        let mut bytes = [0u8; 16 << 10];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let received = loop {
            let buffers = &mut [IoSliceMut::new(&mut bytes)];
            match rustix::net::recvmsg(&self.socket, buffers, &mut ancillary, RecvFlags::CMSG_CLOEXEC) {
                Err(Errno::INTR) => {}
                Err(Errno::CONNRESET) => return Ok(false),
                other => break other.context("cannot receive")?,
            }
        };
        for message in ancillary.drain() {
            if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                self.descriptors.extend(descriptors);
            }
        }
        self.decoder.push(&bytes[..received.bytes]);
        Ok(received.bytes > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn messages_bodies_and_descriptors_arrive_together() {
        let (here, there) = UnixStream::pair().expect("a pair");
        let (sender, _) = ends(here).expect("usable");
        let (_, mut receiver) = ends(there).expect("usable");
        let (mut reader, writer) = UnixStream::pair().expect("a pair");
        // Longer than a socket's buffer, so that it is sent in parts.
        let body = vec![7u8; 1 << 20];
        let sending = std::thread::spawn({
            let body = body.clone();
            move || {
                sender.send(&"plain").expect("sent");
                sender.send_with(&"full", &body, &[writer.as_fd()]).expect("sent");
            }
        });
        let (message, _, none) = receiver.receive::<String>().expect("sound").expect("a message");
        assert_eq!((message.as_str(), none.len()), ("plain", 0));
        let (message, received, descriptors) =
            receiver.receive::<String>().expect("sound").expect("a message");
        assert_eq!((message.as_str(), received == body, descriptors.len()), ("full", true, 1));
        sending.join().expect("no panic");
        for descriptor in descriptors {
            UnixStream::from(descriptor).write_all(b"x").expect("written");
        }
        let mut byte = [0];
        reader.read_exact(&mut byte).expect("the descriptor works");
        assert!(receiver.receive::<String>().expect("sound").is_none(), "the sender is gone");
    }
}
