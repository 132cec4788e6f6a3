//! When the queries of an open loop are due, fixed before its window begins.

use std::iter;
use std::time::Duration;

use crate::job::{Arrivals, Process};

const NANOSECONDS_PER_SECOND: f64 = 1e9;

/// The times after the window's start, in order, of all queries that are due before its end.
pub fn offsets(arrivals: &Arrivals, window: Duration, seed: i64) -> Vec<Duration> {
    let end = window.as_secs_f64();
    let per_second = arrivals.per_second;
    match arrivals.process {
        Process::Constant => before(end, constant(per_second)),
        Process::Poisson => before(end, poisson(per_second, split_mix_64(seed))),
    }
}

fn before(end: f64, dues: impl Iterator<Item = f64>) -> Vec<Duration> {
    dues.take_while(|due| *due < end)
        .map(|due| Duration::from_nanos((due * NANOSECONDS_PER_SECOND) as u64))
        .collect()
}

fn constant(per_second: f64) -> impl Iterator<Item = f64> {
    (0_u64..).map(move |k| k as f64 / per_second)
}

fn poisson(per_second: f64, random: impl Iterator<Item = u64>) -> impl Iterator<Item = f64> {
    random.scan(0.0, move |due, x| {
        let u = (x >> 11) as f64 * 2_f64.powi(-53);
        *due += -(1.0 - u).ln() / per_second;
        Some(*due)
    })
}

/// SplitMix64 (Steele, Lea, Flood 2014, <https://doi.org/10.1145/2660193.2660195>).
fn split_mix_64(seed: i64) -> impl Iterator<Item = u64> {
    let mut state = seed as u64;
    iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn nanoseconds(process: Process, per_second: f64, seed: i64) -> Vec<u128> {
        let arrivals = Arrivals {
            process,
            per_second,
        };
        let offsets = offsets(&arrivals, SECOND, seed);
        offsets.iter().map(Duration::as_nanos).collect()
    }

    #[test]
    fn split_mix_64_gives_its_published_numbers() {
        let numbers: Vec<u64> = split_mix_64(1).take(3).collect();
        assert_eq!(
            numbers,
            [
                0x910a_2dec_8902_5cc1,
                0xbeeb_8da1_658e_ec67,
                0xf893_a2ee_fb32_555e
            ]
        );
    }

    #[test]
    fn a_constant_process_is_due_at_even_distances_from_the_start_on() {
        assert_eq!(
            nanoseconds(Process::Constant, 3.0, 1),
            [0, 333_333_333, 666_666_666]
        );
    }

    #[test]
    fn a_query_that_is_due_at_the_end_of_the_window_is_not_in_it() {
        let offsets = nanoseconds(Process::Constant, 1000.0, 1);
        assert_eq!((offsets.len(), offsets[999]), (1000, 999_000_000));
    }

    /// The same numbers are in the tests of all runners: drivers get the same schedule.
    #[test]
    fn a_poisson_process_depends_on_the_seed_alone() {
        let offsets = nanoseconds(Process::Poisson, 1000.0, 1);
        assert_eq!(
            offsets[..5],
            [836_005, 2_205_567, 5_746_122, 6_333_755, 6_921_218]
        );
        assert_eq!((offsets.len(), offsets[1064]), (1065, 998_556_212));
        assert_eq!(nanoseconds(Process::Poisson, 1000.0, 2)[0], 894_504);
    }
}
