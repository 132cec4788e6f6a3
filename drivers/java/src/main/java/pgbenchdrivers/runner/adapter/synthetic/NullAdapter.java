package pgbenchdrivers.runner.adapter.synthetic;

import java.util.List;
import java.util.Map;
import pgbenchdrivers.runner.adapter.Adapter;
import pgbenchdrivers.runner.adapter.Description;
import pgbenchdrivers.runner.adapter.Options;
import pgbenchdrivers.runner.answer.Answer;
import pgbenchdrivers.runner.failure.Failure;
import pgbenchdrivers.runner.job.Job;
import pgbenchdrivers.runner.window.Loop;
import pgbenchdrivers.runner.window.ThreadLoop;
import pgbenchdrivers.runner.window.Worker;

/** Answers at once: shows what the runner itself costs. */
public final class NullAdapter implements Adapter<Worker> {
  private final int rows;

  public NullAdapter(Job job) throws Failure {
    Options.of(job);
    rows = job.query().expect().rows();
  }

  @Override
  public Description description() {
    return new Description("null", "1", Map.of(), "answers at once, without I/O", true);
  }

  @Override
  public Worker connect() {
    return (SyntheticWorker) () -> Answer.counted(rows);
  }

  @Override
  public Loop loop(List<Worker> workers) {
    return new ThreadLoop(workers);
  }
}
