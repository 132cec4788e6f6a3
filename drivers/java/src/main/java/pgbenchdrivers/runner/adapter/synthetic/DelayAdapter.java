package pgbenchdrivers.runner.adapter.synthetic;

import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import pgbenchdrivers.runner.adapter.Adapter;
import pgbenchdrivers.runner.adapter.Description;
import pgbenchdrivers.runner.adapter.Options;
import pgbenchdrivers.runner.answer.Answer;
import pgbenchdrivers.runner.failure.Failure;
import pgbenchdrivers.runner.job.Fields;
import pgbenchdrivers.runner.job.Job;
import pgbenchdrivers.runner.window.Loop;
import pgbenchdrivers.runner.window.ThreadLoop;
import pgbenchdrivers.runner.window.Worker;

/** Waits for prescribed times: shows whether the runner measures the truth. */
public final class DelayAdapter implements Adapter<Worker> {
  private static final String DELAYS = "delays_ms";
  private static final double NS_PER_MS = 1e6;

  private final List<Long> delaysNs;
  private final int rows;

  public DelayAdapter(Job job) throws Failure {
    Fields options = Options.of(job, DELAYS, "rows");
    delaysNs = delays(options);
    rows = options.count("rows", 0);
  }

  private static List<Long> delays(Fields options) throws Failure {
    List<Long> delays = new ArrayList<>();
    for (JsonElement json : options.list(DELAYS)) {
      boolean isNumber = json.isJsonPrimitive() && json.getAsJsonPrimitive().isNumber();
      if (!isNumber || json.getAsDouble() < 0) {
        throw Failure.badJob(options.pathOf(DELAYS) + ": expected 0 or more, got " + json);
      }
      delays.add(Math.round(json.getAsDouble() * NS_PER_MS));
    }
    if (delays.isEmpty()) {
      throw Failure.badJob(options.pathOf(DELAYS) + ": expected one delay or more");
    }
    return delays;
  }

  @Override
  public Description description() {
    String mode = "waits for each of " + delaysNs.size() + " delays in turn, without I/O";
    return new Description("delay", "1", Map.of(), mode, true);
  }

  @Override
  public Worker connect() {
    return new Delayed();
  }

  @Override
  public Loop loop(List<Worker> workers) {
    return new ThreadLoop(workers);
  }

  private final class Delayed implements SyntheticWorker {
    private int next;

    @Override
    public void restart() {
      next = 0;
    }

    @Override
    public Answer run() {
      long until = System.nanoTime() + delaysNs.get(next);
      next = (next + 1) % delaysNs.size();
      for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      return Answer.counted(rows);
    }
  }
}
