//! Messages on a stream: a JSON text, raw bytes behind it, and a count of file descriptors that came along.
//!
//! Findings travel as the raw bytes, so that nobody on the way parses them. Pure: bytes in, messages out.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longest JSON text of a message, bytes.
const MAX_JSON: usize = 16 << 20;
/// Longest body of a message, bytes.
pub const MAX_BODY: usize = 1 << 30;
const HEADER: usize = 9;

/// Writes a message: lengths of text and body (u32 little endian), number of descriptors (u8), text, body.
///
/// # Panics
/// Where the message's type cannot be written as JSON, which our own types can.
pub fn encode(message: &impl Serialize, body: &[u8], descriptors: usize) -> Vec<u8> {
    let json = serde_json::to_vec(message).expect("our own messages can be written as JSON");
    let mut bytes = Vec::with_capacity(HEADER + json.len() + body.len());
    bytes.extend((json.len() as u32).to_le_bytes());
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.push(descriptors as u8);
    bytes.extend(json);
    bytes.extend(body);
    bytes
}

/// One message as it arrived.
#[derive(Debug, PartialEq, Eq)]
pub struct Received<M> {
    pub message: M,
    pub body: Vec<u8>,
    /// How many descriptors belong to it.
    pub descriptors: usize,
}

/// Why a stream can no longer be understood.
#[derive(Debug, thiserror::Error)]
pub enum FramingError {
    #[error("a message of {0} bytes is longer than allowed")]
    TooLong(usize),
    #[error("a message is malformed: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// Collects bytes until they make a message.
#[derive(Debug, Default)]
pub struct Decoder {
    bytes: Vec<u8>,
    start: usize,
}

impl Decoder {
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message.
    ///
    /// # Errors
    /// Where the bytes are no message; the stream is then of no more use.
    pub fn next_message<M: DeserializeOwned>(&mut self) -> Result<Option<Received<M>>, FramingError> {
        let bytes = &self.bytes[self.start..];
        let Some((header, rest)) = bytes.split_at_checked(HEADER) else { return Ok(None) };
        let length = |at: usize| {
            u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]) as usize
        };
        let (json, body, descriptors) = (length(0), length(4), usize::from(header[8]));
        if json > MAX_JSON || body > MAX_BODY {
            return Err(FramingError::TooLong(json.max(body)));
        }
        let Some(rest) = rest.get(..json + body) else { return Ok(None) };
        let message = serde_json::from_slice(&rest[..json])?;
        let body = rest[json..].to_vec();
        self.start += HEADER + rest.len();
        if self.start > 1 << 20 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        Ok(Some(Received { message, body, descriptors }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_any_cut_of_the_stream() {
        let mut stream = encode(&"first", b"", 2);
        stream.extend(encode(&"second", b"body", 0));
        for cut in 0..stream.len() {
            let mut decoder = Decoder::default();
            let mut seen = Vec::new();
            for part in [&stream[..cut], &stream[cut..]] {
                decoder.push(part);
                while let Some(Received { message, body, descriptors }) =
                    decoder.next_message::<String>().expect("valid")
                {
                    seen.push((message, body, descriptors));
                }
            }
            let expected = [("first".to_owned(), vec![], 2), ("second".to_owned(), b"body".to_vec(), 0)];
            assert_eq!(seen, expected);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let mut decoder = Decoder::default();
        decoder.push(&[0xff; 32]);
        assert!(matches!(decoder.next_message::<String>(), Err(FramingError::TooLong(_))));
        let mut decoder = Decoder::default();
        decoder.push(&[2, 0, 0, 0, 0, 0, 0, 0, 0, b'{', b'x']);
        assert!(matches!(decoder.next_message::<String>(), Err(FramingError::Malformed(_))));
    }
}
