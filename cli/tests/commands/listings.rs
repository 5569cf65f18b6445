//! `vactl plugins list`, `vactl status`, `vactl schema`, `vactl completions`.

use crate::fake_daemon::{Answer, FakeDaemon};
use crate::vactl::Vactl;

const STATUS: &str = r#"{"pid":1,"version":"0.1.0","socket":"/s/va.sock","state_dir":"/s","models_dir":"/m","sandbox":{"state":"on","lacks":[]},"config":"/etc/va/va.toml",
    "uptime_s":5.25,"groups":[{"name":"main","device":"cpu","threads":2,"memory_mib":512,"analyzers":["a","b"]}],
    "workers":[],"jobs":{"queued":0,"running":0,"finished":3,"given_up":0}}"#;
const ANALYZERS: &str = r#"[{"name":"a","version":"1.0","about":null,"state":"ready","reason":null,"group":"main",
    "device":"cpu","input":"sound","models":[],"path":"/a.so"}]"#;

fn json(body: &str) -> Answer {
    Answer::Body(200, "application/json", body.to_owned())
}

fn value(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_listing_is_for_people_or_for_programs() {
    let vactl = Vactl::new();
    let answers = vec![("GET /v1/status", json(STATUS)), ("GET /v1/analyzers", json(ANALYZERS))];
    let _daemon = FakeDaemon::serve(&vactl.socket(), answers);
    insta::assert_snapshot!(vactl.run(["plugins", "list"]).stdout, @"
    NAME  STATE  VERSION  GROUP  DEVICE  LOOKS AT
    a     ready  1.0      main   cpu     sound
    ");
    insta::assert_snapshot!(vactl.run(["status"]).stdout, @"
    daemon   running, version 0.1.0, pid 1, for 5.25 s
    jobs     0 running, 0 waiting, 3 finished, 0 given up
    socket   /s/va.sock
    state    /s
    models   /m
    config   /etc/va/va.toml
    sandbox  on

    GROUP  DEVICE  THREADS  MEMORY   ANALYZERS
    main   cpu     2        512 MiB  a, b
    ");
    assert_eq!(value(&vactl.run(["plugins", "list", "--format", "json"]).stdout), value(ANALYZERS));
    assert_eq!(value(&vactl.run(["daemon", "status", "--format", "json"]).stdout), value(STATUS));
}

#[test]
fn without_a_daemon_nothing_is_listed_and_none_is_started() {
    let vactl = Vactl::new();
    for arguments in [["plugins", "list"], ["status", "--format=json"], ["daemon", "status"]] {
        let ended = vactl.run(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(4), ""));
    }
    insta::assert_snapshot!(vactl.run(["status"]).stderr, @"
    vactl: no daemon answers at DIR/va.sock (there is no such socket)
    hint: start one with `vactl daemon start`; `vactl analyze` does so by itself
    ");
    assert_eq!(std::fs::read_dir(vactl.folder.path()).expect("a folder").count(), 0);
}

#[test]
fn a_socket_that_nobody_serves_any_more_is_told_from_one_that_never_was() {
    let vactl = Vactl::new();
    drop(std::os::unix::net::UnixListener::bind(vactl.socket()).expect("a free socket"));
    insta::assert_snapshot!(vactl.run(["status"]).stderr, @"
    vactl: no daemon answers at DIR/va.sock (nobody listens there any more)
    hint: start one with `vactl daemon start`; `vactl analyze` does so by itself
    ");
}

#[test]
fn schema_and_completions_need_no_daemon() {
    let vactl = Vactl::new();
    assert_eq!(value(&vactl.run(["schema"]).stdout), va_protocol::api::schema::document());
    for shell in ["bash", "zsh", "fish"] {
        let ended = vactl.run(["completions", shell]);
        assert_eq!(ended.code, Some(0));
        assert!(ended.stdout.contains("vactl"), "{shell}");
    }
}
