//! `vactl schema`: of the documents that this version knows, without a daemon.

use va_protocol::api::schema;

use crate::exit::Failure;
use crate::output;

pub(super) async fn run() -> Result<(), Failure> {
    output::print(output::json(&schema::document())?).await
}
