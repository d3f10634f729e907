//! Sessions of the original server, taken over.

mod endings;
mod odd_files;
mod properties;
mod reviews;
mod sample;
mod works;
