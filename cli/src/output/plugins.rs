//! `vactl plugins show|why|add|…`.

use va_protocol::api::analyzer::AnalyzerState;
use va_protocol::api::plugin::{AnalyzerDetails, CrashReport, Obstacle, PluginChanged, PluginCheck};

use super::analyzers::told;
use super::quantity::{bytes, counted};
use super::style::{Style, Tone};
use super::text::{clean, padded, wrapped};

/// Rows of a key and what it is.
fn rows(rows: &[(&str, String)], style: &Style) -> String {
    let widest = rows.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (key, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let lines = wrapped(value, style.width.saturating_sub(widest + 2).max(20));
        for (at, line) in lines.iter().enumerate() {
            let key =
                if at == 0 { style.paint(Tone::Faint, &padded(key, widest)) } else { " ".repeat(widest) };
            text.push_str(&format!("{key}  {line}\n"));
        }
    }
    text
}

/// Name and state.
fn heading(details: &AnalyzerDetails, style: &Style) -> String {
    let (state, tone) = told(details.analyzer.state);
    let name = style.paint(Tone::Strong, &clean(&details.analyzer.name));
    format!("{name} {}\n", style.paint(tone, &format!("is {state}")))
}

/// All that is known of an analyzer.
pub fn plugin(details: &AnalyzerDetails, style: &Style) -> String {
    let info = &details.analyzer;
    let text = |value: &Option<String>| value.as_deref().map_or_else(String::new, clean);
    let by_hand = |value: Option<bool>| match value {
        Some(true) => "on by hand".to_owned(),
        Some(false) => "off by hand".to_owned(),
        None => String::new(),
    };
    let configured = match details.enabled_by_configuration {
        Some(true) => "on by the configuration",
        Some(false) => "off by the configuration",
        None => "",
    };
    let switched = [by_hand(details.enabled_by_hand), configured.to_owned()];
    let switched: Vec<String> = switched.into_iter().filter(|words| !words.is_empty()).collect();
    let group = text(&info.group) + if details.group_by_hand.is_some() { " (by hand)" } else { "" };
    let sdk = format!(
        "{}; the worker has {}",
        details.sdk_version.as_deref().map_or("it does not say".to_owned(), clean),
        details.worker_sdk_version.as_deref().map_or("an unknown one".to_owned(), clean)
    );
    let models = details.models.iter().map(|model| match (&model.installed, model.optional) {
        (Some(name), _) => clean(name),
        (None, true) => format!("{} (not installed, optional)", clean(&model.any_of.join(" or "))),
        (None, false) => format!("{} (not installed)", clean(&model.any_of.join(" or "))),
    });
    let file = &details.file;
    let how = if file.added { "added" } else { "from a plugin folder" };
    let file = format!("{} ({}, {}, {how})", clean(&info.path), bytes(file.bytes), clean(&file.modified));
    let all = [
        ("version", text(&info.version)),
        ("finds", text(&info.about)),
        ("looks at", text(&info.input)),
        ("group", group),
        ("device", text(&info.device)),
        ("switched", switched.join(", ")),
        ("used by", clean(&details.used_by.join(", "))),
        ("models", models.collect::<Vec<_>>().join(", ")),
        ("SDK", sdk),
        ("file", file),
        ("crashes", crashes(details)),
    ];
    format!("{}{}{}", heading(details, style), rows(&all, style), obstacles(&details.why, style))
}

fn crashes(details: &AnalyzerDetails) -> String {
    let Some(last) = &details.crashes.last else { return String::new() };
    format!("{} in a row; the last at {}: {}", details.crashes.in_a_row, clean(&last.at), clean(&last.how))
}

/// Why it does not run, and what to do; and how it last crashed.
pub fn plugin_why(details: &AnalyzerDetails, style: &Style) -> String {
    let mut text = heading(details, style);
    if details.why.is_empty() {
        let nothing = match details.analyzer.state {
            AnalyzerState::Loading => "nothing stands in its way: its worker is loading it",
            _ => "nothing stands in its way",
        };
        text.push_str(&format!("  {nothing}\n"));
    }
    text.push_str(&obstacles(&details.why, style));
    if let Some(crash) = &details.crashes.last {
        text.push_str(&last_crash(crash, details.crashes.in_a_row, style));
    }
    let sdks = (&details.sdk_version, &details.worker_sdk_version);
    if let (AnalyzerState::Broken, (own, Some(worker))) = (details.analyzer.state, sdks) {
        let own = own.as_deref().map_or("not known".to_owned(), clean);
        text.push_str(&format!("\n  SDK of the plugin: {own}; of the worker: {}\n", clean(worker)));
    }
    text
}

fn obstacles(why: &[Obstacle], style: &Style) -> String {
    let mut text = String::new();
    for Obstacle { what, remedy } in why {
        for line in wrapped(&clean(what), style.width.saturating_sub(2).max(20)) {
            text.push_str(&format!("  {line}\n"));
        }
        if let Some(remedy) = remedy {
            for line in wrapped(&clean(remedy), style.width.saturating_sub(4).max(20)) {
                text.push_str(&format!("    {}\n", style.paint(Tone::Faint, &line)));
            }
        }
    }
    text
}

fn last_crash(crash: &CrashReport, in_a_row: u32, style: &Style) -> String {
    let mut text =
        format!("\n  its last crash, at {} ({in_a_row} in a row since it did well):\n", clean(&crash.at));
    for line in wrapped(&clean(&crash.how), style.width.saturating_sub(4).max(20)) {
        text.push_str(&format!("    {line}\n"));
    }
    if !crash.stderr.is_empty() {
        text.push_str("  what its worker wrote last:\n");
    }
    for line in &crash.stderr {
        text.push_str(&format!("    {}\n", style.paint(Tone::Faint, &clean(line))));
    }
    text
}

/// What came of adding or switching it.
pub fn plugin_changed(changed: &PluginChanged, style: &Style) -> String {
    let mut text = changed.check.as_ref().map_or_else(String::new, |check| steps(check, style));
    if let Some(info) = &changed.analyzer {
        let (state, tone) = told(info.state);
        let name = style.paint(Tone::Strong, &clean(&info.name));
        let version =
            info.version.as_deref().map_or_else(String::new, |version| format!(" {}", clean(version)));
        let group =
            info.group.as_deref().map_or_else(String::new, |group| format!(" in group {}", clean(group)));
        let from = match info.state {
            AnalyzerState::Ready | AnalyzerState::Loading => ": usable from the next job on",
            AnalyzerState::Disabled => " from the next job on",
            _ => "",
        };
        text.push_str(&format!(
            "{name}{version} {}{group}{from}\n",
            style.paint(tone, &format!("is {state}"))
        ));
        if let Some(reason) = info.reason.as_deref().filter(|_| info.state != AnalyzerState::Disabled) {
            for line in wrapped(&clean(reason), style.width.saturating_sub(2).max(20)) {
                text.push_str(&format!("  {line}\n"));
            }
        }
    }
    for note in &changed.notes {
        for line in wrapped(&clean(note), style.width.saturating_sub(2).max(20)) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

/// Every step of a check, and what the dry run came to.
pub fn plugin_check(check: &PluginCheck, style: &Style) -> String {
    let mut text = steps(check, style);
    if let Some(run) = &check.dry_run {
        let summary = serde_json::to_string(&run.summary).unwrap_or_default();
        text.push_str(&format!(
            "{} in {}, on {}; summary {}\n",
            counted(run.segments as u64, "segment"),
            counted(run.frames, "frame"),
            clean(&run.device),
            clean(&summary)
        ));
    }
    let (verdict, tone) = if check.passed { ("passed", Tone::Good) } else { ("failed", Tone::Bad) };
    text.push_str(&format!("{}\n", style.paint(tone, verdict)));
    text
}

fn steps(check: &PluginCheck, style: &Style) -> String {
    let widest = check.steps.iter().map(|step| step.step.len()).max().unwrap_or(0);
    let mut text = String::new();
    for step in &check.steps {
        let tone = match step.outcome.as_str() {
            "ok" => Tone::Good,
            "failed" => Tone::Bad,
            _ => Tone::Faint,
        };
        let name = padded(&clean(&step.step).replace('_', " "), widest);
        let outcome = style.paint(tone, &padded(&clean(&step.outcome), 7));
        let detail = step.detail.as_deref().map_or_else(String::new, clean);
        let lines = wrapped(&detail, style.width.saturating_sub(widest + 11).max(20));
        text.push_str(format!("{name}  {outcome}  {}", lines.first().map_or("", String::as_str)).trim_end());
        text.push('\n');
        for line in lines.iter().skip(1) {
            text.push_str(&format!("{}{line}\n", " ".repeat(widest + 11)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use va_protocol::api::analyzer::AnalyzerInfo;
    use va_protocol::api::plugin::{AnalyzerModel, Crashes, PluginCheckStep, PluginDryRun, PluginFile};

    use super::*;

    fn info(state: AnalyzerState) -> AnalyzerInfo {
        AnalyzerInfo {
            name: "faces".to_owned(),
            version: Some("1.2.0".to_owned()),
            about: Some("faces and where they look".to_owned()),
            state,
            reason: None,
            group: Some("main".to_owned()),
            device: None,
            input: Some("every 10th frame, longest side 640, RGB".to_owned()),
            models: vec!["centerface".to_owned()],
            path: "/var/lib/va/plugins/faces-1.2.0-0123456789ab.so".to_owned(),
        }
    }

    fn quarantined() -> AnalyzerDetails {
        let what = "it crashed 3 times in a row and is left out; it is tried again in 42 s".to_owned();
        let remedy = Some("mend and replace it, or try it at once: vactl plugins enable faces".to_owned());
        AnalyzerDetails {
            analyzer: info(AnalyzerState::Quarantined),
            file: PluginFile { bytes: 8_600_000, modified: "2026-01-31T12:00:00Z".to_owned(), added: true },
            sdk_version: Some("0.1.0".to_owned()),
            worker_sdk_version: Some("0.1.0".to_owned()),
            enabled_by_configuration: Some(true),
            enabled_by_hand: None,
            group_by_hand: Some("main".to_owned()),
            used_by: vec!["ages".to_owned()],
            models: vec![AnalyzerModel {
                any_of: vec!["centerface".to_owned()],
                optional: true,
                installed: None,
                missing: Some("model centerface is not installed".to_owned()),
            }],
            crashes: Crashes {
                in_a_row: 3,
                last: Some(CrashReport {
                    at: "2026-01-31T12:34:56Z".to_owned(),
                    how: "its worker process was killed by SIGSEGV (a memory fault)".to_owned(),
                    stderr: vec!["index 7".to_owned(), "\u{1b}[31mred".to_owned()],
                }),
                tried_again_in_s: Some(41.7),
                on_trial: false,
            },
            why: vec![Obstacle { what, remedy }],
        }
    }

    #[test]
    fn all_that_is_known_is_shown_in_rows() {
        insta::assert_snapshot!(plugin(&quarantined(), &Style::PLAIN), @r#"
        faces is in quarantine
        version   1.2.0
        finds     faces and where they look
        looks at  every 10th frame, longest side 640, RGB
        group     main (by hand)
        switched  on by the configuration
        used by   ages
        models    centerface (not installed, optional)
        SDK       0.1.0; the worker has 0.1.0
        file      /var/lib/va/plugins/faces-1.2.0-0123456789ab.so (8.6 MB, 2026-01-31T12:00:00Z, added)
        crashes   3 in a row; the last at 2026-01-31T12:34:56Z: its worker process was killed by SIGSEGV (a
                  memory fault)
          it crashed 3 times in a row and is left out; it is tried again in 42 s
            mend and replace it, or try it at once: vactl plugins enable faces
        "#);
    }

    #[test]
    fn why_tells_what_to_do_and_how_it_crashed() {
        insta::assert_snapshot!(plugin_why(&quarantined(), &Style::PLAIN), @r#"
        faces is in quarantine
          it crashed 3 times in a row and is left out; it is tried again in 42 s
            mend and replace it, or try it at once: vactl plugins enable faces

          its last crash, at 2026-01-31T12:34:56Z (3 in a row since it did well):
            its worker process was killed by SIGSEGV (a memory fault)
          what its worker wrote last:
            index 7
            \u{1b}[31mred
        "#);
    }

    #[test]
    fn a_change_shows_the_check_and_what_became_of_the_analyzer() {
        let step = |step: &str, outcome: &str, detail: Option<&str>| PluginCheckStep {
            step: step.to_owned(),
            outcome: outcome.to_owned(),
            detail: detail.map(str::to_owned),
            took_ms: 1.0,
        };
        let check = PluginCheck {
            path: "/tmp/libfaces.so".to_owned(),
            name: Some("faces".to_owned()),
            version: Some("1.2.0".to_owned()),
            passed: true,
            steps: vec![
                step("file", "ok", Some("a shared library of 8.6 MB")),
                step("dry_run", "skipped", Some("model centerface is not installed")),
            ],
            dry_run: None,
            memory_mb: None,
        };
        let notes = vec!["it replaces version 1.1.0".to_owned()];
        let changed =
            PluginChanged { analyzer: Some(info(AnalyzerState::Ready)), notes, check: Some(check.clone()) };
        insta::assert_snapshot!(plugin_changed(&changed, &Style::PLAIN), @r#"
        file     ok       a shared library of 8.6 MB
        dry run  skipped  model centerface is not installed
        faces 1.2.0 is ready in group main: usable from the next job on
          it replaces version 1.1.0
        "#);

        let run = PluginDryRun {
            device: "cpu".to_owned(),
            frames: 1,
            segments: 2,
            summary: serde_json::json!({ "faces": 2 }),
            degraded: None,
            model: None,
        };
        let check = PluginCheck { dry_run: Some(run), ..check };
        insta::assert_snapshot!(plugin_check(&check, &Style::PLAIN), @r#"
        file     ok       a shared library of 8.6 MB
        dry run  skipped  model centerface is not installed
        2 segments in 1 frame, on cpu; summary {"faces":2}
        passed
        "#);
    }
}
