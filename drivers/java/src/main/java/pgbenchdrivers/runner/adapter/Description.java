package pgbenchdrivers.runner.adapter;

import java.util.Map;

/**
 * What an adapter says of itself in the hello event.
 *
 * @param components names and versions of whatever else matters
 * @param mode how it uses the driver for the job's kind of query, in one line
 */
public record Description(
    String name, String version, Map<String, String> components, String mode, boolean synthetic) {}
