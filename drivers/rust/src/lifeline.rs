//! Notices that nobody reads the runner's events any more.

use std::io;
use std::os::fd::AsFd;
use std::process;
use std::thread;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

const EXIT_CRASH: i32 = 1;

/// Ends the process when the other end of stdout is closed.
///
/// Without it a runner whose orchestrator was killed would go on until its next
/// event, which may be a whole window away. The thread sleeps in poll(2), and
/// costs nothing.
pub fn watch() {
    thread::spawn(|| {
        let stdout = io::stdout();
        // No events are asked for: errors and hang-ups are always reported.
        let mut watched = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
        loop {
            match poll(&mut watched, PollTimeout::NONE) {
                Err(Errno::EINTR) => {}
                Err(_) => return,
                Ok(_) => process::exit(EXIT_CRASH),
            }
        }
    });
}
