//! Pixels: luma, scaling.
