package pgbenchdrivers.runner.event;

import java.util.Map;

/** The contract's events; their fields are written in snake case. */
public interface Event {
  /** A name and the version that the running thing reports. */
  record Named(String name, String version) {}

  /** First: who runs, and how. */
  record Hello(
      String event,
      int contract,
      String runner,
      Named runtime,
      Named driver,
      Map<String, String> components,
      String mode,
      boolean synthetic)
      implements Event {}

  /** All connections are prepared and the first answer was right. */
  record Ready(String event, int connections, int rows, int columns, String checksum)
      implements Event {}

  /** Opens a window. */
  record Started(String event, String window) implements Event {}

  /** What a process allocated in a window; Java tells the bytes only. */
  record Allocations(Long count, Long bytes) {}

  /** Closes a window with what the process spent in it. */
  record Finished(
      String event,
      String window,
      long elapsedNs,
      long queries,
      long cpuUserUs,
      long cpuSystemUs,
      long maxRssKib,
      Allocations allocations)
      implements Event {}

  /** The distribution of the measured window's latencies. */
  record Latency(long minNs, long maxNs, double meanNs, double stddevNs, String histogram) {}

  /** How an open loop's schedule was kept. */
  record Arrivals(long scheduled, long missed, long late, long maxLatenessNs) {}

  /** Last of a job that went well. */
  record Result(
      String event,
      long queries,
      long rows,
      long elapsedNs,
      Latency latency,
      long[] tenths,
      Arrivals arrivals)
      implements Event {}

  /** Last of a job that failed. */
  record Failed(String event, String kind, String message) implements Event {}
}
