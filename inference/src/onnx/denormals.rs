//! Denormal numbers as zero while a graph runs. A processor computes with them up to a hundred times slower than with
//! others, and they are too small to matter: below 1.2e-38. A GELU or a sigmoid gives many.

/// As long as it lives, this thread takes denormal numbers for zero, and gives zero in their place.
#[derive(Debug)]
pub(super) struct DenormalsAreZero {
    #[cfg(target_arch = "x86_64")]
    before: u32,
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "the processor's control register has no safe access")]
mod register {
    use std::arch::asm;

    /// SSE's control and status register, MXCSR (Intel, Software Developer's Manual, volume 1, 10.2.3).
    pub(super) fn read() -> u32 {
        let mut value = 0u32;
        // SAFETY: stores four bytes where `value` is, and changes nothing else.
        unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut value, options(nostack, preserves_flags)) };
        value
    }

    pub(super) fn write(value: u32) {
        // SAFETY: `value` was read from the register and differs from that in the bits 6 and 15 at most, which exist in
        // every 64-bit processor. Rust's own arithmetic may give 0 in place of a denormal number meanwhile; only the
        // runtime computes before it is set back.
        unsafe {
            asm!("ldmxcsr [{}]", in(reg) &raw const value, options(nostack, preserves_flags, readonly))
        };
    }
}

impl DenormalsAreZero {
    #[cfg(target_arch = "x86_64")]
    pub(super) fn now() -> Self {
        const INPUTS: u32 = 1 << 6;
        const RESULTS: u32 = 1 << 15;
        let before = register::read();
        register::write(before | INPUTS | RESULTS);
        DenormalsAreZero { before }
    }

    /// Other processors are not slow with them.
    #[cfg(not(target_arch = "x86_64"))]
    pub(super) fn now() -> Self {
        DenormalsAreZero {}
    }
}

#[cfg(target_arch = "x86_64")]
impl Drop for DenormalsAreZero {
    fn drop(&mut self) {
        register::write(self.before);
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn a_denormal_number_is_zero_only_while_it_lives() {
        let halved = || black_box(f32::MIN_POSITIVE) * black_box(0.5);
        assert!(halved() > 0.0);
        let zero = DenormalsAreZero::now();
        assert_eq!(halved().to_bits(), 0);
        drop(zero);
        assert!(halved() > 0.0);
    }
}
