//! The protocol on the wire, with a real service behind it and a judge that waits until it is let go.

mod answers;
mod client;
mod endings;
mod progress;
mod server;
mod sessions;
mod stateless;

/// A submission.
const CODE: &str = "```python app.py\nprint(1)\n```";
