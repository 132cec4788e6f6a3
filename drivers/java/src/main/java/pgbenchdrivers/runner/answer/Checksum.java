package pgbenchdrivers.runner.answer;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import pgbenchdrivers.runner.job.Job.Column;

/** The checksum of an answer's canonical form. */
public final class Checksum {
  private Checksum() {}

  /** SHA-256 over all rows, in hex digits; a mismatch names the row and the column. */
  public static String of(List<Column> columns, Rows rows) throws Mismatch {
    MessageDigest digest = sha256();
    for (int i = 0; i < rows.size(); i++) {
      try {
        digest.update(Canonical.row(columns, rows.row(i)));
      } catch (Mismatch mismatch) {
        throw new Mismatch("row " + (i + 1) + ": " + mismatch.getMessage(), mismatch);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException error) {
      throw new IllegalStateException("every Java has SHA-256", error);
    }
  }
}
