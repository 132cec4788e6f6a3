package pgbenchdrivers.runner.adapter;

import java.util.List;
import pgbenchdrivers.runner.window.Loop;
import pgbenchdrivers.runner.window.Worker;

/** A driver with one job's settings. It is generic over SQL, arguments and columns. */
public interface Adapter<W extends Worker> {
  Description description();

  /** One connection that is ready for the job's query. */
  W connect() throws Exception;

  /** What runs the queries of these workers, all connected, in windows. */
  Loop loop(List<W> workers);
}
