package pgbenchdrivers.runner.window;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import org.HdrHistogram.Histogram;

/**
 * Collects the latencies of all workers. It is one for all of them: on one core its lock is all but
 * never contended. Recording allocates nothing.
 */
public final class Recorder {
  private static final long LOWEST_LATENCY_NS = 1;
  private static final long HIGHEST_LATENCY_NS = 3_600_000_000_000L;
  private static final int LATENCY_DIGITS = 3;
  private static final int TENTHS = 10;

  private final Histogram histogram =
      new Histogram(LOWEST_LATENCY_NS, HIGHEST_LATENCY_NS, LATENCY_DIGITS);
  private final long[] tenths = new long[TENTHS];
  private double tenthsPerNs;
  private long queries;
  private long rows;
  private long min;
  private long max;
  private long sum;
  // The sum of squares has 128 bits: deviations are exact, not accumulated.
  private long squaresHigh;
  private long squaresLow;
  private long lastEnd;

  /** Forgets everything, for a window of this duration. */
  public synchronized void reset(long durationNs) {
    histogram.reset();
    Arrays.fill(tenths, 0);
    tenthsPerNs = TENTHS / (double) durationNs;
    queries = 0;
    rows = 0;
    min = Long.MAX_VALUE;
    max = 0;
    sum = 0;
    squaresHigh = 0;
    squaresLow = 0;
    lastEnd = 1; // also of a window whose schedule is empty
  }

  /** Adds a query; its latency begins at `since`, both times are the window's. */
  public synchronized void record(long since, long ended, int rowsOfQuery) {
    long latency = Math.max(ended - since, LOWEST_LATENCY_NS);
    queries++;
    rows += rowsOfQuery;
    min = Math.min(min, latency);
    max = Math.max(max, latency);
    sum += latency;
    long low = latency * latency;
    squaresLow += low;
    int carry = Long.compareUnsigned(squaresLow, low) < 0 ? 1 : 0;
    squaresHigh += Math.multiplyHigh(latency, latency) + carry;
    tenths[Math.min((int) (ended * tenthsPerNs), TENTHS - 1)]++;
    lastEnd = Math.max(lastEnd, ended);
    histogram.recordValue(Math.min(latency, HIGHEST_LATENCY_NS));
  }

  public long queries() {
    return queries;
  }

  public long rows() {
    return rows;
  }

  /** From the window's start to the end of its last query. */
  public long elapsedNs() {
    return lastEnd;
  }

  /** The queries by the tenth of the window in which they ended; those after it in the last. */
  public long[] tenths() {
    return tenths.clone();
  }

  public long minNs() {
    return min;
  }

  public long maxNs() {
    return max;
  }

  /** The exact mean. */
  public double meanNs() {
    return (double) sum / queries;
  }

  /** The exact population deviation: sqrt(n·Σx² − (Σx)²) / n, in integers up to the root. */
  public double stddevNs() {
    BigInteger squares =
        BigInteger.valueOf(squaresHigh)
            .shiftLeft(Long.SIZE)
            .add(new BigInteger(Long.toUnsignedString(squaresLow)));
    BigInteger spread =
        squares.multiply(BigInteger.valueOf(queries)).subtract(BigInteger.valueOf(sum).pow(2));
    return new BigDecimal(spread).sqrt(MathContext.DECIMAL64).doubleValue() / queries;
  }

  /** The histogram in HdrHistogram's V2 compressed form, base64. */
  public String encoded() {
    ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(buffer);
    return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
  }
}
