//! What `va-worker check` is asked.

use std::path::Path;

use serde_json::{Value, json};

/// To check a library, without settings, models and a sandbox.
pub fn to_check(library: &Path) -> Value {
    json!({
        "analyzer": {
            "name": "",
            "version": "",
            "path": library,
            "settings": "{}",
            "models": {},
            "absent_models": {},
            "missing": null,
            "call_limit_s": 30.0,
            "memory_mib": 0,
            "measure": false,
            "known_at_work": true,
        },
        "description": null,
        "device": "cpu",
        "threads": 2,
        "memory_mib": null,
        "findings_limit": 1 << 20,
        "sandbox": null,
    })
}
