//! Takes the process with it that asks for its description.

use va_analyzer_sdk::prelude::*;

va_fake_analyzer::fake!({
    eprintln!("unsound: the description is not for you");
    if std::env::args().count() > 0 {
        std::process::abort();
    }
    Description::new("unsound", "0.0.1", "is never described")
});
