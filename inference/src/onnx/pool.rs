//! The memory that graphs compute in: one pool for all graphs of the process that run on the processor.
//!
//! By itself the runtime gives each graph an arena, which keeps about twice what a run needs at once, for as long as the
//! graph is loaded. Few graphs run at the same time, so that here all take turns with the same pages, and have them at
//! hand without asking the kernel. When a graph goes, the kernel gets those back that no run holds.

#![allow(unsafe_code, reason = "an allocator hands out addresses, through C")]

use std::collections::HashSet;
use std::ffi::c_void;
use std::mem::{forget, transmute};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use memmap2::MmapOptions;
use ort::AsPointer;
use ort::environment::Environment;
use ort::sys::{OrtAllocator, OrtAllocatorType, OrtMemType, OrtMemoryInfo, OrtStatusPtr};
use rustix::mm::{Advice, madvise};

use super::heap::Heap;

/// Addresses, not memory: pages come as they are touched.
const REGION: usize = 4 << 30;
const PAGE: usize = 4096;
/// Smaller ones are the runtime's own allocator's, and so is what finds no room.
const LEAST: usize = 64 << 10;

/// That of the runtime throws where memory is short, which becomes the error of the run. So functions between here and
/// there may be unwound through.
type Take = unsafe extern "C-unwind" fn(*mut OrtAllocator, usize) -> *mut c_void;

/// The runtime knows it by its first field.
#[repr(C)]
struct Pool {
    table: OrtAllocator,
    info: *const OrtMemoryInfo,
    /// The runtime's own allocator.
    plain: *mut OrtAllocator,
    plain_take: Take,
    plain_give_back: unsafe extern "system" fn(*mut OrtAllocator, *mut c_void),
    /// Of the region, which is never unmapped.
    start: *mut u8,
    heap: Mutex<Heap>,
    /// Something was taken of the region since it was last given back to the kernel.
    touched: AtomicBool,
    /// Where weights are: they come and go with their graphs.
    weights: Mutex<HashSet<usize>>,
}

/// Makes it the runtime's, once in a process: where another plugin's copy of this was first, that one serves all. Without
/// room for it the runtime's own way remains. Says whether there is one.
pub(super) fn register(environment: &Environment) -> bool {
    let Ok(mut region) = MmapOptions::new().len(REGION).no_reserve_swap().map_anon() else { return false };
    let Some((info, plain)) = of_the_processor() else { return false };
    // SAFETY: the runtime's own allocator lives as long as the runtime; a table without functions is filled in below.
    let (own, mut table) = unsafe { (&*plain, OrtAllocator::default()) };
    let (Some(plain_take), Some(plain_give_back)) = (own.Alloc, own.Free) else { return false };
    // SAFETY: "system" is "C" here, and these differ in nothing but that a caller knows of unwinding.
    unsafe {
        table.Alloc =
            Some(transmute::<Take, unsafe extern "system" fn(*mut OrtAllocator, usize) -> *mut c_void>(take));
        table.Reserve = Some(transmute::<
            unsafe extern "C-unwind" fn(*const OrtAllocator, usize) -> *mut c_void,
            unsafe extern "system" fn(*const OrtAllocator, usize) -> *mut c_void,
        >(reserve));
    }
    table.Free = Some(give_back);
    table.Info = Some(info_of);
    let pool = Box::into_raw(Box::new(Pool {
        table,
        info,
        plain,
        // SAFETY: as above.
        plain_take: unsafe {
            transmute::<unsafe extern "system" fn(*mut OrtAllocator, usize) -> *mut c_void, Take>(plain_take)
        },
        plain_give_back,
        start: region.as_mut_ptr(),
        heap: Mutex::new(Heap::new(REGION)),
        touched: AtomicBool::new(false),
        weights: Mutex::default(),
    }));
    // SAFETY: the environment lives, and so does the pool from here on, as plugins are never unloaded.
    let status = unsafe { (ort::api().RegisterAllocator)(environment.ptr().cast_mut(), pool.cast()) };
    if done(status) {
        forget(region);
    } else {
        // There is one.
        // SAFETY: the runtime did not take them, so they are ours alone.
        unsafe {
            (ort::api().ReleaseMemoryInfo)(info);
            drop(Box::from_raw(pool));
        }
    }
    true
}

/// Its memory, as the runtime calls it, and the runtime's own allocator of it.
fn of_the_processor() -> Option<(*mut OrtMemoryInfo, *mut OrtAllocator)> {
    let (mut info, mut plain) = (null_mut(), null_mut());
    let (kind, memory) = (OrtAllocatorType::OrtDeviceAllocator, OrtMemType::OrtMemTypeDefault);
    // SAFETY: both are places for a pointer.
    let statuses = unsafe {
        [
            (ort::api().GetAllocatorWithDefaultOptions)(&raw mut plain),
            (ort::api().CreateCpuMemoryInfo)(kind, memory, &raw mut info),
        ]
    };
    statuses.map(done).iter().all(|done| *done).then_some((info, plain))
}

fn done(status: OrtStatusPtr) -> bool {
    if !status.0.is_null() {
        // SAFETY: it is a status, and nobody else has it.
        unsafe { (ort::api().ReleaseStatus)(status.0) };
    }
    status.0.is_null()
}

/// # Safety
/// As all of these, called by the runtime with the pool that it was given.
unsafe extern "C-unwind" fn take(this: *mut OrtAllocator, length: usize) -> *mut c_void {
    // SAFETY: a pool begins with its table, and is never freed once it is registered.
    let pool = unsafe { &*this.cast::<Pool>() };
    let pages = length.checked_next_multiple_of(PAGE).filter(|_| length >= LEAST);
    let at = pages.and_then(|pages| pool.heap.lock().unwrap_or_else(PoisonError::into_inner).take(pages));
    match at {
        Some(at) => {
            pool.touched.store(true, Ordering::Relaxed);
            // SAFETY: a heap gives no place beyond its region.
            unsafe { pool.start.add(at) }.cast()
        }
        // SAFETY: it is the runtime's own; nothing here is dropped where it throws.
        None => unsafe { (pool.plain_take)(pool.plain, length) },
    }
}

/// What stays as long as its graph, such as weights, would only part the region.
unsafe extern "C-unwind" fn reserve(this: *const OrtAllocator, length: usize) -> *mut c_void {
    // SAFETY: as in `take`.
    unsafe {
        let pool = &*this.cast::<Pool>();
        let place = (pool.plain_take)(pool.plain, length);
        pool.weights.lock().unwrap_or_else(PoisonError::into_inner).insert(place as usize);
        place
    }
}

unsafe extern "system" fn give_back(this: *mut OrtAllocator, place: *mut c_void) {
    // SAFETY: as in `take`.
    let pool = unsafe { &*this.cast::<Pool>() };
    match (place as usize).checked_sub(pool.start as usize) {
        Some(at) if at < REGION => pool.heap.lock().unwrap_or_else(PoisonError::into_inner).give_back(at),
        _ => {
            // Before the place may be somebody else's.
            let weights =
                pool.weights.lock().unwrap_or_else(PoisonError::into_inner).remove(&(place as usize));
            // SAFETY: what is not of the region came from there.
            unsafe { (pool.plain_give_back)(pool.plain, place) };
            if weights {
                pool.give_to_kernel();
            }
        }
    }
}

impl Pool {
    /// The pages that runs have left behind.
    fn give_to_kernel(&self) {
        if !self.touched.swap(false, Ordering::Relaxed) {
            return;
        }
        // Held, so that nobody takes them meanwhile.
        let heap = self.heap.lock().unwrap_or_else(PoisonError::into_inner);
        for &(at, length) in heap.free() {
            // SAFETY: the stretch lies in the region, and nobody has it. Where the kernel refuses, the pages stay.
            let _ = unsafe { madvise(self.start.add(at).cast(), length, Advice::LinuxDontNeed) };
        }
    }
}

unsafe extern "system" fn info_of(this: *const OrtAllocator) -> *const OrtMemoryInfo {
    // SAFETY: as in `take`.
    unsafe { (*this.cast::<Pool>()).info }
}
