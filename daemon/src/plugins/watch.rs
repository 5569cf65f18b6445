//! Watches the plugin folders: a file that comes, goes or changes is looked at without being asked.

use std::mem::MaybeUninit;
use std::path::PathBuf;

use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};
use rustix::io::Errno;
use tokio::io::unix::AsyncFd;

/// Reports each change by a call; never returns, unless the kernel gives no watch at all.
pub(super) async fn watch(folders: Vec<PathBuf>, mut changed: impl FnMut()) {
    #[expect(
        deprecated,
        reason = "what took its place is unsafe, and a descriptor that we own is what it is made for"
    )]
    let register = AsyncFd::new;
    let watching = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)
        .map_err(std::io::Error::from)
        .and_then(register);
    let notify = match watching {
        Ok(notify) => notify,
        Err(error) => {
            tracing::warn!("plugin folders are not watched: {error}; `vactl plugins reload` looks at them");
            return;
        }
    };
    // A file that is being written is complete when it is closed; a link is complete at once.
    let events = WatchFlags::CLOSE_WRITE
        | WatchFlags::CREATE
        | WatchFlags::DELETE
        | WatchFlags::MOVED_TO
        | WatchFlags::MOVED_FROM
        | WatchFlags::ONLYDIR;
    for folder in folders {
        if let Err(error) = inotify::add_watch(&notify, &folder, events) {
            tracing::warn!(
                folder = %folder.display(),
                "not watched: {error}; `vactl plugins reload` looks at it"
            );
        }
    }
    let mut space = [MaybeUninit::uninit(); 4096];
    let mut reader = Reader::new(&notify, &mut space);
    loop {
        let Ok(mut ready) = notify.readable().await else { return };
        let mut any = false;
        while let Ok(_) | Err(Errno::INTR) = reader.next() {
            any = true;
        }
        ready.clear_ready();
        if any {
            changed();
        }
    }
}
