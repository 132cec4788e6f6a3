//! What the process has used: CPU of all its threads, and memory.

use std::io;

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// CPU time in microseconds and the largest resident set in KiB, so far.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
    pub user_us: i64,
    pub system_us: i64,
    pub max_rss_kib: i64,
}

/// What getrusage(2) says of this process.
pub fn spent() -> io::Result<Spent> {
    let usage: Usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok(Spent {
        user_us: usage.user_time().num_microseconds(),
        system_us: usage.system_time().num_microseconds(),
        max_rss_kib: usage.max_rss(),
    })
}
