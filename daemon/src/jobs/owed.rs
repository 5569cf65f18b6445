//! Documents that a client was just told of and is about to fetch. A daemon that stops stays for them, shortly.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// A client that has not come for its document after this time is not going to.
const GRACE: Duration = Duration::from_secs(2);

/// By job, until when. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Owed(watch::Sender<HashMap<String, Instant>>);

impl Owed {
    pub(super) fn add(&self, job: &str) {
        let now = Instant::now();
        self.0.send_modify(|owed| {
            owed.retain(|_, until| *until > now);
            owed.insert(job.to_owned(), now + GRACE);
        });
    }

    pub(crate) fn fetched(&self, job: &str) {
        self.0.send_if_modified(|owed| owed.remove(job).is_some());
    }

    /// Waits until all were fetched, or will not be.
    pub(crate) async fn settled(&self) {
        let mut changes = self.0.subscribe();
        let all = changes.wait_for(HashMap::is_empty);
        let last = self.0.borrow().values().max().copied();
        if let Some(last) = last {
            let _ = tokio::time::timeout_at(last, all).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_end_waits_for_documents_to_be_fetched_but_not_for_long() {
        let owed = Owed::default();
        let begun = Instant::now();
        owed.settled().await;
        owed.add("a");
        owed.add("b");
        owed.fetched("a");
        let fetching = owed.clone();
        let (waited, ()) = tokio::join!(owed.settled(), async move {
            tokio::time::sleep(GRACE / 4).await;
            fetching.fetched("b");
        });
        assert_eq!((waited, begun.elapsed()), ((), GRACE / 4));
        owed.add("c");
        owed.settled().await;
        assert_eq!(begun.elapsed(), GRACE / 4 + GRACE, "nobody came for it");
    }
}
