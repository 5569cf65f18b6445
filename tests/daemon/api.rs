//! The HTTP API, without the help of its client.

use serde_json::{Value, json};
use va_tests::{Answer, Setup, clip};

#[track_caller]
fn problem(answer: &Answer, status: u16, kind: &str) -> Value {
    assert_eq!(
        (answer.status, answer.content_type.as_str()),
        (status, "application/problem+json"),
        "{answer:?}"
    );
    let problem = answer.json();
    assert_eq!(problem["kind"], kind, "{problem}");
    assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
    problem
}

#[test]
fn what_it_does_not_know_is_a_problem_document() {
    let daemon = Setup::new().start();
    for path in ["/", "/v1", "/v1/", "/v2/status", "/v1/jobs/", "/v1/jobs/x/y", "/%2e%2e/etc/passwd"] {
        problem(&daemon.get(path), 404, "not_found");
    }
    for job in ["x", "..", "..%2F..%2Fdaemon", "%00", "a/../b"] {
        problem(&daemon.get(&format!("/v1/jobs/{job}/result")), 404, "not_found");
    }
    for (method, path) in
        [("POST", "/v1/status"), ("GET", "/v1/shutdown"), ("DELETE", "/v1/jobs"), ("PUT", "/v1/schema")]
    {
        let answer = daemon.request(method, path, b"");
        assert_eq!(
            (answer.status, answer.content_type.as_str()),
            (405, "application/problem+json"),
            "{method} {path}"
        );
    }
}

#[test]
fn a_request_that_makes_no_sense_is_refused_in_words() {
    let daemon = Setup::new().with("steady").start_ready();
    let send = |body: &str| daemon.request("POST", "/v1/jobs", body.as_bytes());
    for body in [
        "",
        "nonsense",
        "[]",
        "{}",
        "{\"path\": 7}",
        "{\"path\": \"/x\", \"pathh\": 1}",
        "{\"path\": \"/x\", \"path_encoding\": \"rot13\"}",
    ] {
        problem(&send(body), 400, "invalid_request");
    }
    problem(&send(&format!("{{\"path\": \"/{}\"}}", "x".repeat(2 << 20))), 400, "invalid_request");
}

/// A job that is accepted and cannot be done ends in the event `failed`.
#[test]
fn a_job_that_cannot_be_done_ends_with_a_problem() {
    let daemon = Setup::new().with("steady").start_ready();
    let path = clip();
    let path = path.to_str().expect("text");
    for (request, kind, words) in [
        (json!({ "path": "relative.mp4" }), "invalid_request", "absolute"),
        (json!({ "path": "/nowhere/a.mp4" }), "invalid_request", "/nowhere/a.mp4"),
        (json!({ "path": "/%zz", "path_encoding": "percent" }), "invalid_request", "percent"),
        (json!({ "path": "/etc/passwd" }), "unreadable_video", "/etc/passwd"),
        (json!({ "path": "/dev/null" }), "invalid_request", "device"),
        (json!({ "path": path, "analyzers": ["steady", "nobody"] }), "invalid_request", "nobody"),
        (json!({ "path": path, "analyzers": [] }), "invalid_request", "analyzer"),
        (json!({ "path": "/a\u{0}b" }), "invalid_request", "cannot analyse"),
    ] {
        let answer = daemon.request("POST", "/v1/jobs", request.to_string().as_bytes());
        let problem = match answer.status {
            200 => {
                let text = String::from_utf8(answer.body).expect("text");
                let last: Value =
                    serde_json::from_str(text.lines().last().expect("an event")).expect("an event");
                assert_eq!(last["event"], "failed", "{request}");
                last["problem"].clone()
            }
            _ => problem(&answer, 400, kind),
        };
        assert_eq!(problem["kind"], kind, "{request}: {problem}");
        let detail = problem["detail"].as_str().expect("text");
        assert!(detail.contains(words), "{words:?} is missing: {detail}");
    }
}

#[test]
fn the_same_analyzer_twice_runs_once() {
    let daemon = Setup::new().with("steady").start_ready();
    let finished = daemon.job(&clip(), &["steady", "steady"], false).wait_for("finished");
    let document = daemon.get(&format!("/v1/jobs/{}/result", finished["job"].as_str().expect("a name")));
    assert_eq!((document.status, document.content_type.as_str()), (200, "application/json"));
    daemon.checked(document.json()).saw_all("steady");
    let file = std::fs::read(finished["document"].as_str().expect("a path")).expect("the document as a file");
    assert_eq!(file, document.body);
}

#[test]
fn the_schema_is_that_of_vactl() {
    let daemon = Setup::new().start();
    assert_eq!(daemon.get("/v1/schema").json(), daemon.vactl(&["schema"]).ended_with(0).json());
}

#[test]
fn a_client_that_sends_nothing_or_rubbish_disturbs_nobody() {
    use std::io::Write;
    use std::os::unix::net::UnixStream;
    let daemon = Setup::new().with("steady").start_ready();
    let before = daemon.at_rest();
    let silent: Vec<UnixStream> =
        (0..50).map(|_| UnixStream::connect(daemon.socket()).expect("it answers")).collect();
    for rubbish in [
        &b"\x16\x03\x01\x02\x00\x01"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/jobs HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n{",
    ] {
        let mut stream = UnixStream::connect(daemon.socket()).expect("it answers");
        stream.write_all(rubbish).expect("sent");
    }
    daemon.document(&clip(), &[]).saw_all("steady");
    drop(silent);
    daemon.gives_back(&before);
}
