package pgbenchdrivers.runner;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import pgbenchdrivers.runner.adapter.Adapter;
import pgbenchdrivers.runner.adapter.Description;
import pgbenchdrivers.runner.answer.Answer;
import pgbenchdrivers.runner.answer.Checksum;
import pgbenchdrivers.runner.answer.Mismatch;
import pgbenchdrivers.runner.answer.Rows;
import pgbenchdrivers.runner.event.Event;
import pgbenchdrivers.runner.event.EventWriter;
import pgbenchdrivers.runner.failure.Failure;
import pgbenchdrivers.runner.job.Job;
import pgbenchdrivers.runner.job.JobReader;
import pgbenchdrivers.runner.window.OpenPace;
import pgbenchdrivers.runner.window.Recorder;
import pgbenchdrivers.runner.window.Windows;
import pgbenchdrivers.runner.window.Windows.Measured;
import pgbenchdrivers.runner.window.Worker;

/** Leads one job through its life: connect, verify, measure. */
final class Runner<W extends Worker> {
  private final Job job;
  private final Adapter<W> adapter;
  private final EventWriter events;
  private final boolean synthetic;

  Runner(Job job, Adapter<W> adapter, EventWriter events) {
    this.job = job;
    this.adapter = adapter;
    this.events = events;
    this.synthetic = adapter.description().synthetic();
  }

  void run() throws Failure, IOException {
    events.write(hello(adapter.description()));
    List<W> workers = new ArrayList<>();
    events.write(readyWith(workers));
    measure(workers);
    for (W worker : workers) {
      close(worker);
    }
  }

  /** Connects all workers and prepares them; whatever goes wrong is the driver's failure. */
  private Event.Ready readyWith(List<W> workers) throws Failure {
    try {
      for (int i = 0; i < job.concurrency(); i++) {
        workers.add(adapter.connect());
      }
      return prepare(workers);
    } catch (Mismatch mismatch) {
      throw Failure.wrongAnswer(mismatch.getMessage());
    } catch (Exception error) {
      throw Failure.ofDriver(error);
    }
  }

  private Event.Hello hello(Description driver) {
    return new Event.Hello(
        "hello",
        JobReader.CONTRACT,
        "java",
        new Event.Named(System.getProperty("java.vm.name"), System.getProperty("java.version")),
        new Event.Named(driver.name(), driver.version()),
        driver.components(),
        driver.mode(),
        driver.synthetic());
  }

  /** Verifies the first answer, and runs the query once on each of the other connections. */
  private Event.Ready prepare(List<W> workers) throws Exception {
    W first = workers.get(0);
    Answer answer = first.run();
    String checksum = synthetic ? null : verify(first, answer);
    for (W worker : workers.subList(1, workers.size())) {
      worker.run();
    }
    int columns = job.query().answerColumns().size();
    return new Event.Ready("ready", workers.size(), answer.rows(), columns, checksum);
  }

  private String verify(W worker, Answer answer) throws Exception {
    Job.Expect expect = job.query().expect();
    if (answer.rows() != expect.rows()) {
      throw Failure.wrongAnswer("expected " + expect.rows() + " rows, got " + answer.rows());
    }
    Rows rows = job.query().readback() == null ? answer.decoded() : worker.readBack();
    String checksum = Checksum.of(job.query().answerColumns(), rows);
    if (!checksum.equals(expect.checksum())) {
      throw Failure.wrongAnswer("expected the checksum " + expect.checksum() + ", got " + checksum);
    }
    return checksum;
  }

  private void measure(List<W> workers) throws Failure, IOException {
    Recorder recorder = new Recorder();
    Windows windows = new Windows(job, adapter.loop(workers), recorder);
    runWindow(windows, "warmup", job.warmupSeconds(), job.seed() + 1);
    Measured measured = runWindow(windows, "measure", job.measureSeconds(), job.seed());
    if (recorder.queries() == 0) {
      throw new IllegalStateException("no query was answered in the measured window");
    }
    events.write(result(measured, recorder));
  }

  /** Runs a window, and skips one of no length. */
  private Measured runWindow(Windows windows, String name, double seconds, long seed)
      throws Failure, IOException {
    if (seconds == 0) {
      return null;
    }
    events.write(new Event.Started("started", name));
    Measured measured;
    try {
      measured = windows.run(seconds, seed);
    } catch (Exception error) {
      throw Failure.ofDriver(error);
    }
    events.write(finished(name, measured));
    return measured;
  }

  private static Event.Finished finished(String window, Measured measured) {
    Long bytes = measured.allocatedBytes();
    return new Event.Finished(
        "finished",
        window,
        measured.elapsedNs(),
        measured.queries(),
        measured.cpuUserMicros(),
        measured.cpuSystemMicros(),
        measured.maxRssKib(),
        bytes == null ? null : new Event.Allocations(null, bytes));
  }

  private static Event.Result result(Measured measured, Recorder recorder) {
    OpenPace.Kept kept = measured.kept();
    return new Event.Result(
        "result",
        recorder.queries(),
        recorder.rows(),
        recorder.elapsedNs(),
        new Event.Latency(
            recorder.minNs(),
            recorder.maxNs(),
            recorder.meanNs(),
            recorder.stddevNs(),
            recorder.encoded()),
        recorder.tenths(),
        kept == null
            ? null
            : new Event.Arrivals(
                kept.scheduled(), kept.missed(), kept.late(), kept.maxLatenessNs()));
  }

  private static void close(Worker worker) {
    try {
      worker.close();
    } catch (Exception error) {
      // The figures are out: a connection that cannot be closed harms nobody.
      System.err.println("cannot close a connection: " + error);
    }
  }
}
