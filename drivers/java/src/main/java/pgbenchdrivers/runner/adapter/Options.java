package pgbenchdrivers.runner.adapter;

import java.util.Set;
import pgbenchdrivers.runner.failure.Failure;
import pgbenchdrivers.runner.job.Fields;
import pgbenchdrivers.runner.job.Job;

/** A driver's options. */
public final class Options {
  private Options() {}

  /**
   * The options of a job. One that the driver does not know is refused: ignored, it would put a
   * wrong label on the figure.
   */
  public static Fields of(Job job, String... known) throws Failure {
    for (String name : job.options().keySet()) {
      if (!Set.of(known).contains(name)) {
        throw Failure.badJob("options: unknown option \"" + name + "\"");
      }
    }
    return Fields.of(job.options(), "options");
  }
}
