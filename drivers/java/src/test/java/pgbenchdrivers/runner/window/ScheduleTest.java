package pgbenchdrivers.runner.window;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import pgbenchdrivers.runner.job.Job;
import pgbenchdrivers.runner.job.Job.Arrivals;

class ScheduleTest {
  @Test
  void splitMix64GivesItsPublishedNumbers() {
    LongSupplier random = Schedule.splitMix64(1);
    for (long number : new long[] {0x910a2dec89025cc1L, 0xbeeb8da1658eec67L, 0xf893a2eefb32555eL}) {
      assertEquals(number, random.getAsLong());
    }
  }

  @Test
  void aConstantProcessIsDueAtEvenDistancesFromTheStartOn() {
    assertArrayEquals(
        new long[] {0, 333_333_333, 666_666_666},
        Schedule.of(new Arrivals(Job.Process.CONSTANT, 3), 1, 1));
  }

  @Test
  void aQueryThatIsDueAtTheEndOfTheWindowIsNotInIt() {
    long[] schedule = Schedule.of(new Arrivals(Job.Process.CONSTANT, 1000), 2, 1);
    assertEquals(2000, schedule.length);
    assertEquals(1_999_000_000, schedule[1999]);
  }

  /** The same numbers are in the tests of all runners: drivers get the same schedule. */
  @Test
  void aPoissonProcessDependsOnTheSeedAlone() {
    Arrivals arrivals = new Arrivals(Job.Process.POISSON, 1000);
    long[] schedule = Schedule.of(arrivals, 1, 1);
    assertArrayEquals(
        new long[] {836_005, 2_205_567, 5_746_122, 6_333_755, 6_921_218},
        Arrays.copyOf(schedule, 5));
    assertEquals(1065, schedule.length);
    assertEquals(998_556_212, schedule[1064]);
    assertEquals(894_504, Schedule.of(arrivals, 1, 2)[0]);
  }
}
