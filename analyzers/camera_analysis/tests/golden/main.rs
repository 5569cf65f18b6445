//! Golden tests of the camera analysis: against OpenCV, on clips whose truth is known, on real clips, at the edges.

mod clips;
mod edges;
mod opencv;
mod real;
mod synthetic;
mod truth;
