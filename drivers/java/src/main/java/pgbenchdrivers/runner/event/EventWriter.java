package pgbenchdrivers.runner.event;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes events to stdout, one JSON object per line, each at once. */
public final class EventWriter {
  private static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .serializeNulls()
          .disableHtmlEscaping()
          .create();

  private final OutputStream out = new FileOutputStream(FileDescriptor.out);

  public void write(Event event) throws IOException {
    write(GSON.toJson(event));
  }

  /** Writes the end of a window as version 2 of the contract has it: without allocations. */
  public void writeVersion2(Event.Finished event) throws IOException {
    JsonObject json = GSON.toJsonTree(event).getAsJsonObject();
    json.remove("allocations");
    write(GSON.toJson(json));
  }

  private void write(String json) throws IOException {
    out.write((json + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
