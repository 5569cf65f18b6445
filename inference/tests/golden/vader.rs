//! The sentiment of sentences against the authors' own program (`../reference/vader.py`).

use va_analyzer_sdk::ErrorKind;
use va_inference::text::vader::Vader;

use crate::host::{host, on};
use crate::reference;

/// Text; compound, positive, neutral, negative.
type Told = (String, f64, f64, f64, f64);

/// The program rounds the compound to four decimals, the shares to three; a last digit more for what lies in between.
#[test]
fn sentences_feel_as_the_authors_program_says() {
    let vader = Vader::load(&host()).expect("installed");
    let told: Vec<Told> = reference::read("vader");
    assert!(told.len() > 600);
    for (text, compound, positive, neutral, negative) in told {
        let found = vader.sentiment(&text);
        assert!((found.compound - compound).abs() < 5.1e-5, "{text:?}: {found:?} for {compound}");
        let shares = [(found.positive, positive), (found.neutral, neutral), (found.negative, negative)];
        for (found, told) in shares {
            assert!((found - told).abs() < 5.1e-4, "{text:?}: {found} for {told}");
        }
    }
}

#[test]
fn a_model_that_lacks_a_file_says_which() {
    let models = std::env::temp_dir().join(format!("va-vader-{}", std::process::id()));
    let folder = models.join("vader/current");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("vader_lexicon.txt"), "good\t1.9\n").expect("written");
    let error = Vader::load(&on("cpu", 1, models.clone()).0).expect_err("not complete");
    std::fs::remove_dir_all(&models).expect("removed");
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.message.contains("emoji_utf8_lexicon.txt") && error.message.contains("install it again"));
}
