//! The tool's answer: as the original wrote it, in the words of the original, and of a bounded size.

mod as_it_was;
mod flood;
mod members;
mod properties;
mod sample;

pub(crate) use sample::review;
