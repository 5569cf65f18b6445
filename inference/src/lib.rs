//! The pure image and audio work that analyzers share. Running models will live here, too.
//!
//! Nothing here knows of plugins, videos or findings; an analyzer's own method stays in the analyzer.

pub mod audio;
pub mod image;
