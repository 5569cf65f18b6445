//! `docs/api.md`: written from the table of routes, and from the JSON Schemas of what travels. A test fails where the
//! file says something else.

mod types;

use serde::Serialize;
use va_protocol::api::analyzer::AnalyzerInfo;
use va_protocol::api::job::{AnalyzerProgress, JobEvent, JobRequest, PathEncoding, ProgressState};
use va_protocol::api::memory::{MemoryStatus, Moved, Which};
use va_protocol::api::plugin::{
    AnalyzerDetails, PluginChanged, PluginCheck, PluginToAdd, PluginToCheck, PluginToEnable,
};
use va_protocol::api::problem::ProblemKind;
use va_protocol::api::result::{Document, DocumentStatus};
use va_protocol::api::status::Status;

use self::types::{Types, anchor, word};
use super::{Route, table};
use crate::documentation::must_be;

/// What neither the table nor a schema can say.
const OPENING: &str = "\
# The HTTP API

<!-- Written from daemon/src/http/ and protocol/src/api/ by a test of va-daemon; change those, not this file:
     VA_UPDATE_DOCS=1 cargo nextest run --release -p va-daemon documentation -->

The daemon speaks HTTP/1.1 over its Unix socket, and over nothing else. Who may open the socket may use all of the API.
[operating.md](operating.md#the-socket) says where the socket is; the examples take it from `$VA_SOCKET`.

Fields that end in `_s` are seconds. What is not known is `null`. A request with an unknown field is refused. An answer
may get new fields, so a client passes over those that it does not know.

## Errors

An answer that is not a success is a [Problem](#problem), of type `application/problem+json`. A job that fails tells its
problem as an event instead, since the answer has begun by then.

";

const AFTER_ERRORS: &str = "
A path that is not named below is answered with 404. A path that is, asked by another method, is answered with 405
and a problem of the kind `invalid_request`.
";

const JOB_NOTES: &str = "\
Events come as they happen, and the last one is `finished` or `failed`. A stream that ends without either comes from a
daemon that ended before the job did. The answer is 200 as soon as the job is taken: what is wrong with the path, the
analyzers or the video is told by `failed`. Whoever closes the connection before the end gives the job up.

";

/// Of the routes that name an analyzer.
const NO_ANALYZER: (ProblemKind, &str) = (ProblemKind::NotFound, "there is no such analyzer");

const HAND_NOTES: &str = "\
What is switched by hand outranks the configuration, also after a restart; it counts from the next job on.

";

const CURL: &str = "curl -sS --unix-socket \"$VA_SOCKET\"";
const JOB: &str = "01a2131584e5-2";

#[test]
fn the_documentation_of_the_api_is_that_of_its_routes_and_types() {
    let types = Types::of_the_api();
    let overview: String = table().iter().map(line).collect();
    let chapters: String = table().iter().map(|route| chapter(route, &types)).collect();
    let (problems, types) = (types.problems(), types.text());
    let text = format!(
        "{OPENING}{problems}{AFTER_ERRORS}\n## Routes\n\n| route | what it does |\n|---|---|\n{overview}{chapters}\n\
         ## Types\n{types}"
    );
    must_be("api.md", &text);
}

/// What the table does not say of a route.
#[derive(Default)]
struct About {
    takes: Option<String>,
    answers: String,
    errors: &'static [(ProblemKind, &'static str)],
    /// A paragraph, with the empty line after it.
    notes: &'static str,
    /// After `curl`, and what it prints.
    example: String,
}

/// A route that is not told of here has no documentation, and so the test fails.
fn about(route: &Route, types: &Types) -> About {
    let simple = |answers: String| About { answers, example: get(route.path), ..About::default() };
    match (route.method, route.path) {
        ("GET", "/v1/status") => simple(format!("200, {}", types.link::<Status>())),
        ("POST", path @ "/v1/shutdown") => About {
            answers: "202, no body; the running jobs may go on for `daemon.drain_s`".to_owned(),
            example: format!("-X POST http://localhost{path}\n"),
            ..About::default()
        },
        ("GET", "/v1/analyzers") => {
            let one = types.link::<AnalyzerInfo>();
            simple(format!("200, a list of {one}, once the plugin folders were read"))
        }
        ("POST", path @ "/v1/analyzers") => About {
            takes: Some(types.link::<PluginToAdd>()),
            answers: format!("200, {}, once its worker has loaded it", types.link::<PluginChanged>()),
            errors: &[(
                ProblemKind::InvalidRequest,
                "there is no such file or group, or the plugin does not pass its check: the step and why",
            )],
            notes: "The file is copied to the state folder. Jobs that run go on in the worker they are in; the next one \
                    has the new analyzer.\n\n",
            example: format!(
                "http://localhost{path} \\\n    -d '{{\"path\":\"/srv/plugins/libfaces.so\"}}'\n"
            ),
        },
        ("GET", "/v1/analyzers/{name}") => About {
            answers: format!("200, {}", types.link::<AnalyzerDetails>()),
            errors: &[NO_ANALYZER],
            example: get("/v1/analyzers/cut_analysis"),
            ..About::default()
        },
        ("DELETE", "/v1/analyzers/{name}") => About {
            answers: format!("200, {}", types.link::<PluginChanged>()),
            errors: &[
                NO_ANALYZER,
                (ProblemKind::InvalidRequest, "it was not added, but lies in a plugin folder"),
            ],
            example: "-X DELETE http://localhost/v1/analyzers/faces\n".to_owned(),
            ..About::default()
        },
        ("POST", path @ "/v1/analyzers/{name}/enable") => About {
            takes: Some(format!("{}, or no body", types.link::<PluginToEnable>())),
            answers: format!("200, {}", types.link::<PluginChanged>()),
            errors: &[NO_ANALYZER, (ProblemKind::InvalidRequest, "there is no such group")],
            notes: HAND_NOTES,
            example: switching(path),
        },
        ("POST", path @ "/v1/analyzers/{name}/disable") => About {
            answers: format!("200, {}", types.link::<PluginChanged>()),
            errors: &[NO_ANALYZER],
            notes: HAND_NOTES,
            example: switching(path),
            ..About::default()
        },
        ("POST", path @ "/v1/analyzers/{name}/reload") => About {
            answers: format!("200, {}", types.link::<PluginChanged>()),
            errors: &[NO_ANALYZER],
            example: switching(path),
            ..About::default()
        },
        ("POST", path @ "/v1/reload") => About {
            answers: format!("200, a list of {}", types.link::<AnalyzerInfo>()),
            example: switching(path),
            ..About::default()
        },
        ("POST", path @ "/v1/check") => About {
            takes: Some(types.link::<PluginToCheck>()),
            answers: format!("200, {}, whether it passed or not", types.link::<PluginCheck>()),
            errors: &[NO_ANALYZER],
            example: format!("http://localhost{path} -d '{{\"plugin\":\"cut_analysis\"}}'\n"),
            ..About::default()
        },
        ("POST", path @ "/v1/jobs") => About {
            takes: Some(types.link::<JobRequest>()),
            answers: format!(
                "200, `application/x-ndjson`: a stream of {}, one a line",
                types.link::<JobEvent>()
            ),
            errors: &[
                (ProblemKind::InvalidRequest, "the body is no job request, or is longer than 1 MiB"),
                (ProblemKind::Busy, "the daemon is stopping, or `jobs.queue_limit` jobs wait already"),
            ],
            notes: JOB_NOTES,
            example: job_example(path),
        },
        ("GET", "/v1/jobs/{job}/result") => About {
            answers: format!("200, {}", types.link::<Document>()),
            errors: &[(
                ProblemKind::NotFound,
                "there is no such job, it has no document, or its document was removed",
            )],
            example: get(&format!("/v1/jobs/{JOB}/result")),
            ..About::default()
        },
        ("GET", "/v1/schema") => {
            simple("200, a JSON Schema, draft 2020-12; `vactl schema` prints the same".to_owned())
        }
        ("GET", "/v1/memory") => {
            simple(format!("200, {}; `vactl status --memory` shows the same", types.link::<MemoryStatus>()))
        }
        ("POST", path @ ("/v1/memory/warm" | "/v1/memory/evict")) => About {
            takes: Some(format!("{}, or nothing", types.link::<Which>())),
            answers: format!("200, a list of {}, once all are settled", types.link::<Moved>()),
            errors: &[(
                ProblemKind::InvalidRequest,
                "the body does not name analyzers, or is longer than 64 KiB",
            )],
            example: format!("-X POST http://localhost{path} -d '{{\"analyzers\":[\"color_analysis\"]}}'\n"),
            ..About::default()
        },
        ("GET", "/metrics") => {
            simple("200, `text/plain`: Prometheus' text format, names begin with `va_`".to_owned())
        }
        (method, path) => panic!("say in http/documentation.rs what {method} {path} takes and answers"),
    }
}

fn switching(path: &str) -> String {
    format!("-X POST http://localhost{}\n", path.replace("{name}", "cut_analysis"))
}

fn get(path: &str) -> String {
    format!("http://localhost{path}\n")
}

/// A request and its events, of the very types, so that an example is never one of an older version.
fn job_example(path: &str) -> String {
    let request = JobRequest {
        path: "/srv/videos/clip.mp4".to_owned(),
        path_encoding: PathEncoding::Plain,
        analyzers: Some(vec!["color_analysis".to_owned()]),
        fresh: false,
    };
    let job = JOB.to_owned();
    let progress = AnalyzerProgress {
        analyzer: "color_analysis".to_owned(),
        state: ProgressState::Running,
        fraction: 0.5,
        left_s: Some(0.4),
    };
    let events = [
        JobEvent::Queued { job: job.clone(), ahead: 1 },
        JobEvent::Started { job: job.clone() },
        JobEvent::Progress { job: job.clone(), analyzers: vec![progress] },
        JobEvent::Finished {
            document: format!("/var/lib/va/results/{job}.json"),
            job,
            status: DocumentStatus::Success,
            stored: false,
            started_after_s: Some(1.5),
        },
    ];
    let events: String = events.iter().map(|event| json(event) + "\n").collect();
    format!("-N http://localhost{path} \\\n    -d '{}'\n{events}", json(&request))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("our own types can be written as JSON")
}

/// A route's line of the overview.
fn line(Route { method, path, summary, .. }: &Route) -> String {
    let route = format!("{method} {path}");
    format!("| [`{route}`](#{}) | {summary} |\n", anchor(&route))
}

fn chapter(route: &Route, types: &Types) -> String {
    let Route { method, path, summary, .. } = route;
    let About { takes, answers, errors, notes, example } = about(route, types);
    let takes = takes.unwrap_or_else(|| "nothing".to_owned());
    let errors: String = errors
        .iter()
        .map(|(kind, when)| format!("- {} `{}`: {when}.\n", kind.http_status(), word(kind)))
        .collect();
    format!(
        "\n### `{method} {path}`\n\n{summary}\n\n- Takes: {takes}.\n- Answers: {answers}.\n{errors}\n{notes}\
         ```console\n$ {CURL} {example}```\n"
    )
}
