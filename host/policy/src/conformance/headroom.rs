//! How far the policy stays from its limits.

use super::Check;
use super::evaluate::Tried;
use crate::limits::Limits;

/// Share of a limit, in percent, from which there is little left.
const LITTLE_LEFT: u128 = 80;

/// Its name.
pub(super) const CHECK: &str = "headroom";

pub(super) fn check(limits: &Limits, tried: &Tried) -> Check {
    let slowest = tried.costs.iter().max_by_key(|(_, cost)| cost.time);
    let largest = tried.costs.iter().max_by_key(|(_, cost)| cost.memory_bytes);
    let (Some((slow, time)), Some((large, memory))) = (slowest, largest) else {
        return Check::skip(CHECK, "nothing was evaluated");
    };
    let of_time = percent(time.time.as_micros(), limits.deadline.as_micros());
    let of_memory = percent(memory.memory_bytes as u128, limits.memory_bytes as u128);
    let seen = format!(
        "at most {:.1} ms, {of_time} % of the deadline ({slow}); at most {} KiB, {of_memory} % of the memory ({large})",
        time.time.as_secs_f64() * 1e3,
        memory.memory_bytes >> 10,
    );
    if of_time.max(of_memory) < LITTLE_LEFT {
        Check::pass(CHECK, seen)
    } else {
        Check::warn(
            CHECK,
            seen,
            "do less work, or ask for less history: on a busy machine this policy fails",
        )
    }
}

fn percent(used: u128, limit: u128) -> u128 {
    used * 100 / limit.max(1)
}
