package pgbenchdrivers.runner.event;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
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
    out.write((GSON.toJson(event) + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
