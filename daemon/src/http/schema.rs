//! `GET /v1/schema`: the JSON Schema of the result document.

use axum::Json;
use serde_json::Value;

pub(super) async fn show() -> Json<Value> {
    Json(va_protocol::api::schema::document())
}
