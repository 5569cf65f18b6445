//! Which names an analyzer may have: it is a key of the document and of the configuration, and the name of a crate.

use va_protocol::api::schema;

use crate::exit::{Exit, Failure};

const LONGEST: usize = 64;
/// What a crate cannot be called: words of the language, and crates that it would hide.
const TAKEN: &str = "\
    abstract alloc as async await become box break const continue core crate do dyn else enum \
    extern false final fn for gen if impl in let loop macro match mod move mut override priv \
    proc_macro pub ref return self serde static std struct super test trait true try type typeof \
    unsafe unsized use va_analyzer_sdk virtual where while yield";

/// # Errors
/// Where it may not, with one that may.
pub(super) fn check(name: &str) -> Result<(), Failure> {
    let refused =
        |why: &str| Failure::new(Exit::Usage, format!("an analyzer cannot be named {name:?}: {why}"));
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.chars().all(good) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        let failure = refused("a name has lower-case letters, digits and _, and begins with a letter");
        return Err(match nearest(name) {
            Some(nearest) => failure.hint(format!("{nearest} is one")),
            None => failure,
        });
    }
    if name.len() > LONGEST {
        return Err(refused(&format!("it is longer than {LONGEST} letters")));
    }
    if TAKEN.split(' ').any(|taken| taken == name) {
        return Err(refused("the word means something else in Rust").hint(format!("{name}_finder is one")));
    }
    if is_our_own(name) {
        let failure = refused("one of the analyzers that come with va has this name");
        return Err(failure.hint(format!("my_{name} is free; `vactl plugins list` shows the others")));
    }
    Ok(())
}

/// A good name that looks like it.
fn nearest(name: &str) -> Option<String> {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let nearest: String = name.chars().map(letter).collect();
    let nearest = nearest.trim_matches(|c: char| c == '_' || c.is_ascii_digit()).to_owned();
    (!nearest.is_empty() && check(&nearest).is_ok()).then_some(nearest)
}

fn is_our_own(name: &str) -> bool {
    schema::document()["properties"]["analyzers"]["properties"].get(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str) -> String {
        check(name).expect_err("refused").text()
    }

    #[test]
    fn a_name_becomes_a_key_and_a_crate() {
        for name in ["brightness", "b2_x", &"x".repeat(LONGEST)] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        assert!(refused(&"x".repeat(LONGEST + 1)).contains("longer than 64"));
        assert!(refused("match").contains("match_finder"));
        assert!(refused("color_analysis").contains("my_color_analysis"));
    }

    #[test]
    fn who_has_a_bad_name_is_told_a_good_one() {
        for (bad, good) in [("my-plugin", "my_plugin"), ("Über.Bright", "ber_bright"), ("2nd", "nd")] {
            assert!(refused(bad).contains(&format!("hint: {good} is one")), "{}", refused(bad));
        }
        for hopeless in ["", "__", "../..", "42"] {
            assert!(!refused(hopeless).contains("hint"), "{}", refused(hopeless));
        }
    }
}
