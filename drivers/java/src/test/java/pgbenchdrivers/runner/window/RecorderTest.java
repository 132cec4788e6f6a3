package pgbenchdrivers.runner.window;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Base64;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecorderTest {
  private static final long HOUR_NS = 3_600_000_000_000L;

  private final Recorder recorder = new Recorder();

  @BeforeEach
  void aWindowOfThousandNanoseconds() {
    recorder.reset(1000);
  }

  @Test
  void minimumMaximumMeanAndDeviationAreExact() {
    recorder.record(0, 2, 7);
    recorder.record(10, 14, 7);
    recorder.record(100, 109, 7);
    assertEquals(3, recorder.queries());
    assertEquals(21, recorder.rows());
    assertEquals(2, recorder.minNs());
    assertEquals(9, recorder.maxNs());
    assertEquals(5, recorder.meanNs());
    assertEquals(Math.sqrt(26 / 3.0), recorder.stddevNs(), 1e-12);
    assertEquals(109, recorder.elapsedNs());
  }

  @Test
  void theSumOfSquaresDoesNotOverflow() {
    for (int i = 0; i < 10; i++) {
      recorder.record(0, i % 2 == 0 ? HOUR_NS : HOUR_NS - 2, 1);
    }
    assertEquals(1, recorder.stddevNs(), 1e-9);
  }

  @Test
  void tenthsCountTheEndsAndTheLastAlsoWhatCameAfterTheWindow() {
    recorder.record(0, 99, 1);
    recorder.record(0, 100, 1);
    recorder.record(0, 999, 1);
    recorder.record(0, 5000, 1);
    assertArrayEquals(new long[] {1, 1, 0, 0, 0, 0, 0, 0, 0, 2}, recorder.tenths());
  }

  @Test
  void theHistogramHoldsEveryQueryAndNothingOfTheWindowBefore() throws Exception {
    recorder.record(0, 5, 1);
    recorder.reset(1000);
    recorder.record(0, 1000, 1);
    recorder.record(0, 2 * HOUR_NS, 1);
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(recorder.encoded()));
    Histogram histogram = Histogram.decodeFromCompressedByteBuffer(bytes, HOUR_NS);
    assertEquals(2, histogram.getTotalCount());
    assertEquals(1000, histogram.getMinValue());
    assertEquals(2 * HOUR_NS, recorder.maxNs());
  }

  @Test
  void anEmptyWindowHasTakenSomeTime() {
    assertEquals(1, recorder.elapsedNs());
  }
}
