//! The published schema, seen from outside: what it lets pass and what it refuses.

mod example;
mod fields;
mod outer;
mod words;
