//! Keeps panics on the plugin's side of the boundary: one that crossed it would abort the worker.

use std::any::Any;
use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use abi_stable::std_types::RResult;

use super::AbiError;
use crate::{Error, ErrorKind};

thread_local! {
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs a call and turns a panic into an error that says where it happened.
///
/// `AssertUnwindSafe` holds since the caller drops what panicked and never calls it again.
pub(super) fn guarded<T>(call: impl FnOnce() -> Result<T, Error>) -> RResult<T, AbiError> {
    remember_panics();
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(AbiError::from).into(),
        Err(payload) => RResult::RErr(panicked(payload).into()),
    }
}

fn panicked(payload: Box<dyn Any + Send>) -> Error {
    // A payload's own drop may panic, too.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(payload)));
    let place = LAST_PANIC.with(RefCell::take).unwrap_or_else(|| "at an unknown place".to_owned());
    Error::of(ErrorKind::Panicked, format!("the analyzer panicked {place}"))
}

/// A plugin has its own copy of the standard library, hence its own hook: this one concerns the plugin alone.
fn remember_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let payload = info.payload();
            let message = payload
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| payload.downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "with a value that is no text".to_owned());
            let place =
                info.location().map_or_else(String::new, |at| format!("at {}:{}: ", at.file(), at.line()));
            LAST_PANIC.with(|last| *last.borrow_mut() = Some(format!("{place}{message}")));
            default(info);
        }));
    });
}

/// Holds a plugin's value and keeps a panic in its drop from crossing the boundary.
pub(super) struct Quiet<T>(ManuallyDrop<T>);

impl<T> Quiet<T> {
    pub(super) fn new(value: T) -> Self {
        Quiet(ManuallyDrop::new(value))
    }

    pub(super) fn get(&self) -> &T {
        &self.0
    }

    pub(super) fn get_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> Drop for Quiet<T> {
    fn drop(&mut self) {
        // SAFETY: the value is taken once, here, where nobody can reach it any more.
        let value = unsafe { ManuallyDrop::take(&mut self.0) };
        let _ = catch_unwind(AssertUnwindSafe(|| drop(value)));
    }
}
