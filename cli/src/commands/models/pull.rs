//! `vactl models pull`.

use std::time::Instant;

use va_models_pull::{Plan, Report, Request, Tools};

use super::World;
use super::failure::{in_plan, in_pull, in_store};
use super::progress::Display;
use crate::args::{Pull, Tier};
use crate::exit::{Exit, Failure};
use crate::output::{self, bytes, counted, duration, models};

/// On a thread of its own: Ctrl-C must be heard. What is half done then is swept or gone on with by the next pull.
pub(super) async fn run(world: World, arguments: Pull) -> Result<(), Failure> {
    let pulled = tokio::task::spawn_blocking(move || pull(&world, &arguments)).await;
    let told = pulled.map_err(|error| Failure::new(Exit::Internal, format!("cannot pull: {error}")))??;
    output::print(told).await
}

fn pull(world: &World, arguments: &Pull) -> Result<String, Failure> {
    let request = request(arguments);
    let plan = Plan::new(&world.table, &world.store, &request).map_err(|error| in_plan(&error, arguments))?;
    if plan.models.is_empty() {
        return Ok(format!(
            "{} there already, in {}\n",
            are(plan.installed.len()),
            world.store.path().display()
        ));
    }
    let begun = Instant::now();
    let display = Display::of(&plan);
    display.note(&models::terms(&plan));
    let report =
        va_models_pull::run(&plan, &world.store, &Tools::of_environment(), &|event| display.show(&event))
            .map_err(in_store)?;
    drop(display);
    if !report.failed.is_empty() {
        return Err(in_pull(&report.failed, plan.models.len()));
    }
    Ok(told(&plan, &report, begun.elapsed().as_secs_f64(), world))
}

fn request(arguments: &Pull) -> Request {
    let tiers = match arguments.names.is_empty() && arguments.tier.is_empty() {
        true => vec![va_models::table::Tier::Default],
        false => arguments.tier.iter().copied().map(tier).collect(),
    };
    Request {
        names: arguments.names.clone(),
        tiers,
        from: arguments.from.clone(),
        accepted: arguments.accept_license.clone(),
        force: arguments.force,
    }
}

pub(super) fn tier(tier: Tier) -> va_models::table::Tier {
    match tier {
        Tier::Default => va_models::table::Tier::Default,
        Tier::Small => va_models::table::Tier::Small,
        Tier::Reference => va_models::table::Tier::Reference,
    }
}

fn told(plan: &Plan<'_>, report: &Report, seconds: f64, world: &World) -> String {
    let kept: u64 = report.installed.iter().map(|manifest| manifest.bytes()).sum();
    let models = counted(report.installed.len() as u64, "model");
    let there = match plan.installed.len() {
        0 => String::new(),
        some => format!("; {} there already", are(some)),
    };
    format!(
        "{models} installed in {}: {} fetched, {} kept in {}{there}\n",
        duration(seconds),
        bytes(report.fetched),
        bytes(kept),
        world.store.path().display()
    )
}

fn are(count: usize) -> String {
    format!("{} {}", counted(count as u64, "model"), if count == 1 { "is" } else { "are" })
}
