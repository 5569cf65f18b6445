//! Sound: windows, spectra.
