//! The judge over external programs that the operator configured: analysers that write SARIF, and checks of which only
//! the exit status counts.
//!
//! Nothing of the command comes from a client or a submission. Each run gets a folder of its own with the submitted files
//! and nothing else, an environment without anything of ours, limits of time and output, and is killed with everything it
//! started. What comes back is data that the code under audit may have shaped: it is read with bounds, and only places
//! in submitted files are believed. `TOOLS.md` is the operator's guide.

mod analyse;
mod check;
mod config;
mod confined;
mod error;
mod executable;
mod fields;
mod judge;
mod kinds;
mod output_text;
mod run;
mod sarif;
mod scratch;
mod settings;
mod submitted;
mod version;

pub use config::ToolsConfig;
pub use error::ToolsError;
pub use judge::ToolJudge;
