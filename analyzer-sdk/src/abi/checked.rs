//! A look at what a plugin hands over, before anyone relies on it: its texts may be no UTF-8, and the places that it names
//! may lie outside of them.

use abi_stable::std_types::{RStr, RString};

use super::{AbiFindings, AbiSpan};
use crate::Error;

/// A message for people: what is no UTF-8 in it is shown as such.
pub(super) fn message(text: RString) -> String {
    let bytes = text.into_bytes().into_vec();
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// A message that still is the plugin's.
pub(super) fn borrowed_message(text: RStr<'_>) -> String {
    String::from_utf8_lossy(text.as_rslice().as_slice()).into_owned()
}

/// A text that others will read.
///
/// # Errors
/// Where it is no UTF-8; `what` it is, as the beginning of a sentence.
pub(super) fn utf8<'a>(text: RStr<'a>, what: &str) -> Result<&'a str, Error> {
    std::str::from_utf8(text.as_rslice().as_slice()).map_err(|error| {
        Error::new(format!("{what} malformed: no UTF-8 after {} bytes", error.valid_up_to()))
    })
}

/// # Errors
/// Where the findings are no text, or its parts are not where they are said to be: one segment after the other, with a
/// comma between two.
pub(super) fn findings(found: &AbiFindings) -> Result<(), Error> {
    let text = utf8(found.json.as_rstr(), "its findings are")?;
    let wrong = |at: usize| {
        let (segments, bytes) = (found.spans.len(), text.len());
        Error::new(format!(
            "its findings are malformed: segment {at} of {segments} does not end where it is said to, in {bytes} bytes"
        ))
    };
    let mut start = 0;
    for (at, AbiSpan { end, .. }) in found.spans.iter().enumerate() {
        let end = usize::try_from(*end).map_err(|_| wrong(at))?;
        text.get(start..end).ok_or_else(|| wrong(at))?;
        let last = at + 1 == found.spans.len();
        let follows = text.as_bytes().get(end);
        if (last && follows.is_some()) || (!last && follows != Some(&b',')) {
            return Err(wrong(at));
        }
        start = end + 1;
    }
    if found.spans.is_empty() && !text.is_empty() { Err(wrong(0)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use abi_stable::std_types::{ROption, RVec};

    use super::*;

    fn found(json: &[u8], ends: &[u64]) -> AbiFindings {
        // SAFETY: none. A plugin may do so, and these tests are about just that; only bytes are looked at.
        let json = unsafe { RString::from_utf8_unchecked(RVec::from(json.to_vec())) };
        let spans = ends.iter().map(|end| AbiSpan { end: *end, frame: ROption::RNone }).collect();
        AbiFindings { json, spans }
    }

    #[test]
    fn findings_that_are_as_they_are_said_to_be_pass() {
        assert_eq!(findings(&found(b"", &[])), Ok(()));
        assert_eq!(findings(&found(b"{}", &[2])), Ok(()));
        assert_eq!(findings(&found("{\"a\":\"é,\"},{}".as_bytes(), &[11, 14])), Ok(()));
    }

    #[test]
    fn segments_that_are_not_where_they_are_said_to_be_are_refused() {
        let text = "{\"a\":\"é,\"},{}".as_bytes();
        let wrong: [&[u64]; 9] = [
            &[],
            &[14, 14],
            &[11],
            &[11, 13],
            &[11, 15],
            &[10, 14],
            &[7, 14],
            &[11, 14, 21],
            &[u64::MAX, 14],
        ];
        for ends in wrong {
            let error = findings(&found(text, ends)).expect_err("refused").message;
            assert!(error.contains("malformed") && error.contains("14 bytes"), "{ends:?}: {error}");
        }
    }

    #[test]
    fn text_that_is_no_utf8_is_refused_and_in_messages_shown() {
        let error = findings(&found(b"{\"a\":\"\xff\"}", &[9])).expect_err("refused").message;
        assert_eq!(error, "its findings are malformed: no UTF-8 after 6 bytes");
        assert_eq!(message(found(b"no \xff face", &[]).json), "no \u{fffd} face");
    }
}
