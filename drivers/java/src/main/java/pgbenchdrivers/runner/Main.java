package pgbenchdrivers.runner;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import pgbenchdrivers.runner.adapter.Adapter;
import pgbenchdrivers.runner.event.Event;
import pgbenchdrivers.runner.event.EventWriter;
import pgbenchdrivers.runner.failure.Failure;
import pgbenchdrivers.runner.job.Job;
import pgbenchdrivers.runner.job.JobReader;
import pgbenchdrivers.runner.system.Lifeline;
import pgbenchdrivers.runner.system.OneCore;

/**
 * Runs one benchmark job, as docs/runner-contract.md says: a job on stdin, events on stdout, a log
 * on stderr.
 */
public final class Main {
  private static final int CRASHED = 1;

  private Main() {}

  public static void main(String[] arguments) {
    // SIGTERM keeps Java's default: the process ends at once, whatever it does.
    OneCore.hold();
    Lifeline.watch(() -> Runtime.getRuntime().halt(CRASHED));
    // The threads of a driver that hangs are not waited for.
    Runtime.getRuntime().halt(exitCode(new EventWriter()));
  }

  private static int exitCode(EventWriter events) {
    try {
      Job job = JobReader.read(firstLine());
      run(job, Adapters.of(job), events);
      return 0;
    } catch (Failure failure) {
      failure.printStackTrace();
      return report(events, failure);
    } catch (IOException | RuntimeException | Error error) {
      error.printStackTrace();
      return CRASHED;
    }
  }

  private static void run(Job job, Adapter<?> adapter, EventWriter events)
      throws Failure, IOException {
    new Runner<>(job, adapter, events).run();
  }

  private static String firstLine() throws IOException {
    BufferedReader stdin =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String line = stdin.readLine();
    return line == null ? "" : line;
  }

  private static int report(EventWriter events, Failure failure) {
    try {
      events.write(new Event.Failed("error", failure.kind().text, failure.getMessage()));
    } catch (IOException error) {
      // Nothing is left to do when the event cannot be written either.
      error.printStackTrace();
    }
    return failure.kind().exitCode;
  }
}
