//! `vactl plugins list`.

use va_protocol::api::analyzer::{AnalyzerInfo, AnalyzerState};

use super::grid::{Cell, Grid};
use super::style::{Style, Tone};
use super::text::{clean, wrapped};

/// A table of the analyzers and, below, why some of them cannot be used.
pub fn analyzers(list: &[AnalyzerInfo], style: &Style) -> String {
    if list.is_empty() {
        return "The daemon has no analyzers.\n".to_owned();
    }
    let mut grid = Grid::new(["NAME", "STATE", "VERSION", "GROUP", "DEVICE", "LOOKS AT"]);
    for info in list {
        let (state, tone) = told(info.state);
        grid.row([
            Cell::toned(&info.name, Tone::Strong),
            Cell::toned(state, tone),
            info.version.as_deref().into(),
            info.group.as_deref().into(),
            info.device.as_deref().into(),
            info.input.as_deref().into(),
        ]);
    }
    let reasons = list.iter().filter_map(|info| Some((info, info.reason.as_deref()?)));
    let reasons: String = reasons.map(|(info, reason)| explained(info, reason, style)).collect();
    format!("{}{reasons}", grid.text(style))
}

pub(super) fn told(state: AnalyzerState) -> (&'static str, Tone) {
    match state {
        AnalyzerState::Ready => ("ready", Tone::Good),
        AnalyzerState::Loading => ("loading", Tone::Warning),
        AnalyzerState::Unloaded => ("unloaded", Tone::Faint),
        AnalyzerState::Disabled => ("disabled", Tone::Faint),
        AnalyzerState::Quarantined => ("in quarantine", Tone::Bad),
        AnalyzerState::Unavailable => ("unavailable", Tone::Warning),
        AnalyzerState::Broken => ("broken", Tone::Bad),
    }
}

/// The reason in full, with the file it is about.
fn explained(info: &AnalyzerInfo, reason: &str, style: &Style) -> String {
    let (state, tone) = told(info.state);
    let mut text = format!(
        "\n{} {}\n",
        style.paint(Tone::Strong, &clean(&info.name)),
        style.paint(tone, &format!("is {state}"))
    );
    for line in wrapped(&clean(reason), style.width - 2) {
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str(&format!("  {}\n", style.paint(Tone::Faint, &clean(&info.path))));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(name: &str, state: AnalyzerState) -> AnalyzerInfo {
        AnalyzerInfo {
            name: name.to_owned(),
            version: None,
            about: None,
            state,
            reason: None,
            group: None,
            device: None,
            input: None,
            models: Vec::new(),
            path: format!("/usr/lib/va/analyzers/{name}.so"),
        }
    }

    #[test]
    fn what_cannot_be_used_is_explained_below_the_table() {
        let ready = AnalyzerInfo {
            version: Some("0.1.0".to_owned()),
            group: Some("main".to_owned()),
            device: Some("cpu".to_owned()),
            input: Some("every 5th frame, longest side 384, gray".to_owned()),
            ..info("camera_analysis", AnalyzerState::Ready)
        };
        let broken = AnalyzerInfo {
            reason: Some("built for SDK 3, this worker speaks SDK 4; rebuild it".to_owned()),
            ..info("faces", AnalyzerState::Broken)
        };
        insta::assert_snapshot!(analyzers(&[ready, broken], &Style::PLAIN), @"
        NAME             STATE   VERSION  GROUP  DEVICE  LOOKS AT
        camera_analysis  ready   0.1.0    main   cpu     every 5th frame, longest side 384, gray
        faces            broken  –        –      –       –

        faces is broken
          built for SDK 3, this worker speaks SDK 4; rebuild it
          /usr/lib/va/analyzers/faces.so
        ");
    }
}
