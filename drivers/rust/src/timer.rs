//! Waits more exactly than Tokio does.

#[cfg(target_os = "linux")]
pub use precise::Timer;
#[cfg(not(target_os = "linux"))]
pub use tokios::Timer;

/// A timerfd: Tokio's own sleep is exact to a millisecond only, and rounds up.
#[cfg(target_os = "linux")]
mod precise {
    use std::io;
    use std::os::fd::{AsFd, AsRawFd, RawFd};
    use std::time::Duration;

    use nix::sys::time::TimeSpec;
    use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
    use tokio::io::unix::AsyncFd;

    struct Descriptor(TimerFd);

    impl AsRawFd for Descriptor {
        fn as_raw_fd(&self) -> RawFd {
            self.0.as_fd().as_raw_fd()
        }
    }

    /// A timer for one task.
    pub struct Timer(AsyncFd<Descriptor>);

    impl Timer {
        /// Makes one in the runtime that is running.
        #[allow(unsafe_code)]
        pub fn new() -> io::Result<Self> {
            let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
            let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, flags)?;
            // SAFETY: the descriptor belongs to the timer, and that to the AsyncFd, which alone
            // closes it: nothing moves it out or replaces it.
            Ok(Self(unsafe { AsyncFd::register(Descriptor(timer)) }?))
        }

        /// Waits for a time.
        pub async fn sleep(&self, delay: Duration) -> io::Result<()> {
            if delay.is_zero() {
                return Ok(()); // a timerfd takes 0 for "never"
            }
            let once = Expiration::OneShot(TimeSpec::from_duration(delay));
            self.0.get_ref().0.set(once, TimerSetTimeFlags::empty())?;
            loop {
                let mut ready = self.0.readable().await?;
                let waited = ready.try_io(|timer| Ok(timer.get_ref().0.wait()?));
                if let Ok(waited) = waited {
                    return waited;
                }
            }
        }
    }
}

/// Tokio's sleep to a little before the time, and yielding from then on.
#[cfg(not(target_os = "linux"))]
mod tokios {
    use std::io;
    use std::time::{Duration, Instant};

    /// Tokio counts whole milliseconds, and rounds up.
    const SLEEP_ERROR: Duration = Duration::from_millis(2);

    /// A timer for one task.
    pub struct Timer;

    impl Timer {
        /// Makes one in the runtime that is running.
        pub fn new() -> io::Result<Self> {
            Ok(Self)
        }

        /// Waits for a time.
        pub async fn sleep(&self, delay: Duration) -> io::Result<()> {
            let end = Instant::now() + delay;
            if delay > SLEEP_ERROR {
                tokio::time::sleep(delay - SLEEP_ERROR).await;
            }
            while Instant::now() < end {
                tokio::task::yield_now().await;
            }
            Ok(())
        }
    }
}
