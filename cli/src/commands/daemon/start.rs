//! `vactl daemon start`.

use crate::client::Client;
use crate::exit::Failure;
use crate::output;
use crate::places::Places;
use crate::private_daemon;

pub(super) async fn run(places: &Places) -> Result<(), Failure> {
    let there = Client::new(places.private_socket()?);
    let (client, how) = match there.answers().await {
        true => (there, "runs already"),
        false => (private_daemon::start(places).await?, "is started"),
    };
    let status = client.status().await?;
    output::print(format!("The daemon {how}: pid {}, socket {}\n", status.pid, client.socket().display()))
        .await
}
