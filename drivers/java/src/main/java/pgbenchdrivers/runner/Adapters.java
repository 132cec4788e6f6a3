package pgbenchdrivers.runner;

import pgbenchdrivers.runner.adapter.Adapter;
import pgbenchdrivers.runner.adapter.pgjdbc.PgjdbcAdapter;
import pgbenchdrivers.runner.adapter.synthetic.DelayAdapter;
import pgbenchdrivers.runner.adapter.synthetic.NullAdapter;
import pgbenchdrivers.runner.adapter.vertx.VertxAdapter;
import pgbenchdrivers.runner.failure.Failure;
import pgbenchdrivers.runner.job.Job;

/** The adapters by their names. */
final class Adapters {
  private Adapters() {}

  /** The adapter that a job names, made for it; nothing is connected yet. */
  static Adapter<?> of(Job job) throws Failure {
    return switch (job.driver()) {
      case "pgjdbc" -> new PgjdbcAdapter(job);
      case "vertx" -> new VertxAdapter(job);
      case "null" -> new NullAdapter(job);
      case "delay" -> new DelayAdapter(job);
      default -> throw Failure.badJob("driver: this runner has no \"" + job.driver() + "\"");
    };
  }
}
