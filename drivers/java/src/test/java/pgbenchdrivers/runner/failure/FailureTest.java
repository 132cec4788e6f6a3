package pgbenchdrivers.runner.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class FailureTest {
  @Test
  void whatADriverThrowsIsToldWithItsCause() {
    Exception cause = new IOException("no such name");
    assertEquals(
        "handshake failed: no such name",
        Failure.ofDriver(new IOException("handshake failed", cause)).getMessage());
    assertEquals("no such name", Failure.ofDriver(cause).getMessage());
    assertEquals("java.io.IOException", Failure.ofDriver(new IOException()).getMessage());
  }

  @Test
  void aFailureStaysWhatItIs() {
    Failure failure = Failure.unsupported("no COPY");
    assertSame(failure, Failure.ofDriver(failure));
  }
}
