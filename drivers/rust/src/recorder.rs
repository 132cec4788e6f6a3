//! Collects the latencies of all workers of a window.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};

const LOWEST_LATENCY_NS: u64 = 1;
const HIGHEST_LATENCY_NS: u64 = 3_600_000_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;
const TENTHS: usize = 10;

/// A histogram, and the exact figures that no histogram can give.
pub struct Recorder {
    histogram: Histogram<u64>,
    queries: u64,
    rows: u64,
    min_ns: u64,
    max_ns: u64,
    sum_ns: u128,
    sum_of_squares: u128,
    tenths: [u64; TENTHS],
    tenths_per_ns: f64,
}

impl Recorder {
    /// A recorder that has seen nothing of a window of this length.
    pub fn new(window: Duration) -> Self {
        let histogram =
            Histogram::new_with_bounds(LOWEST_LATENCY_NS, HIGHEST_LATENCY_NS, SIGNIFICANT_DIGITS)
                .expect("the contract's bounds are valid");
        Self {
            histogram,
            queries: 0,
            rows: 0,
            min_ns: u64::MAX,
            max_ns: 0,
            sum_ns: 0,
            sum_of_squares: 0,
            tenths: [0; TENTHS],
            tenths_per_ns: TENTHS as f64 / window.as_nanos() as f64,
        }
    }

    /// Adds one query; its latency begins at `since`, both times count from the window's
    /// start. Beyond the histogram's hour only the exact figures tell the truth.
    pub fn record(&mut self, since: Duration, ended: Duration, rows: usize) {
        let ended_ns = ended.as_nanos() as u64;
        let latency_ns = (ended_ns - since.as_nanos() as u64).max(LOWEST_LATENCY_NS);
        // As signed numbers, which a processor converts in one instruction.
        let tenth = (ended_ns as i64 as f64 * self.tenths_per_ns) as i32 as usize;
        self.tenths[tenth.min(TENTHS - 1)] += 1;
        self.queries += 1;
        self.rows += rows as u64;
        self.min_ns = self.min_ns.min(latency_ns);
        self.max_ns = self.max_ns.max(latency_ns);
        self.sum_ns += u128::from(latency_ns);
        self.sum_of_squares += u128::from(latency_ns) * u128::from(latency_ns);
        self.histogram.saturating_record(latency_ns);
    }

    /// The number of queries.
    pub fn queries(&self) -> u64 {
        self.queries
    }

    /// The number of rows of all queries.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The queries by the tenth of the window in which they were answered; those answered
    /// after its end count in the last.
    pub fn tenths(&self) -> [u64; TENTHS] {
        self.tenths
    }

    /// The shortest latency; 0 when there was no query.
    pub fn min_ns(&self) -> u64 {
        if self.queries == 0 { 0 } else { self.min_ns }
    }

    /// The longest latency.
    pub fn max_ns(&self) -> u64 {
        self.max_ns
    }

    /// The exact mean.
    pub fn mean_ns(&self) -> f64 {
        if self.queries == 0 {
            0.0
        } else {
            self.sum_ns as f64 / self.queries as f64
        }
    }

    /// The exact population standard deviation: √(n·Σx² − (Σx)²) / n, in integers up to the root.
    pub fn stddev_ns(&self) -> f64 {
        if self.queries == 0 {
            return 0.0;
        }
        let spread = u128::from(self.queries) * self.sum_of_squares - self.sum_ns * self.sum_ns;
        (spread as f64).sqrt() / self.queries as f64
    }

    /// The histogram in HdrHistogram's V2 compressed form, in base64.
    pub fn encode(&self) -> Result<String, String> {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new()
            .serialize(&self.histogram, &mut bytes)
            .map_err(|error| format!("the histogram cannot be encoded: {error:?}"))?;
        Ok(STANDARD.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hdrhistogram::serialization::Deserializer;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn statistics_are_exact() {
        let mut recorder = Recorder::new(SECOND);
        for seconds in [2, 4, 4, 4, 5, 5, 7, 9] {
            recorder.record(Duration::ZERO, seconds * SECOND, 3);
        }
        assert_eq!((recorder.queries(), recorder.rows()), (8, 24));
        assert_eq!(
            (recorder.min_ns(), recorder.max_ns()),
            (2_000_000_000, 9_000_000_000)
        );
        assert_eq!((recorder.mean_ns(), recorder.stddev_ns()), (5e9, 2e9));
    }

    #[test]
    fn queries_count_in_the_tenth_in_which_they_were_answered_late_ones_in_the_last() {
        let mut recorder = Recorder::new(SECOND);
        for milliseconds in [0, 99, 101, 550, 999, 1001, 5000] {
            recorder.record(Duration::ZERO, Duration::from_millis(milliseconds), 1);
        }
        assert_eq!(recorder.tenths(), [2, 1, 0, 0, 0, 1, 0, 0, 0, 3]);
    }

    #[test]
    fn nothing_recorded_is_all_zeros() {
        let recorder = Recorder::new(SECOND);
        assert_eq!((recorder.min_ns(), recorder.max_ns()), (0, 0));
        assert_eq!((recorder.mean_ns(), recorder.stddev_ns()), (0.0, 0.0));
    }

    #[test]
    fn the_encoded_histogram_has_all_latencies() {
        let mut recorder = Recorder::new(SECOND);
        for latency in [0, 1, 1000, 2 * HIGHEST_LATENCY_NS] {
            recorder.record(Duration::ZERO, Duration::from_nanos(latency), 0);
        }
        let encoded = recorder.encode().unwrap();
        assert!(encoded.starts_with("HISTFAAA"));
        let bytes = STANDARD.decode(encoded).unwrap();
        let decoded: Histogram<u64> = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .unwrap();
        assert_eq!((decoded.len(), decoded.high()), (4, HIGHEST_LATENCY_NS));
        assert_eq!(recorder.max_ns(), 2 * HIGHEST_LATENCY_NS);
    }
}
