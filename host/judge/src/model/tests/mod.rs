//! The judge over a scripted model, which is stricter than a real one: it takes no more requests than it was told
//! to answer, none past the deadline, and only prompts whose marks frame the data.

mod asking_again;
mod earlier_findings;
mod properties;
mod reading;
#[path = "../../../tests/common/requests.rs"]
mod requests;
mod room;
mod samples;
mod scripted;
mod time;
