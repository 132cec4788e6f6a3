package pgbenchdrivers.runner.job;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.UUID;

/** The contract's types without their arrays, each with the Java class of its values. */
public enum Scalar {
  BOOL(Boolean.class),
  INT2(Short.class),
  INT4(Integer.class),
  INT8(Long.class),
  OID(Long.class),
  FLOAT4(Float.class),
  FLOAT8(Double.class),
  TEXT(String.class),
  VARCHAR(String.class),
  NAME(String.class),
  CHAR(String.class),
  BYTEA(byte[].class),
  TIMESTAMPTZ(OffsetDateTime.class),
  TIMESTAMP(LocalDateTime.class),
  DATE(LocalDate.class),
  NUMERIC(BigDecimal.class),
  UUID(UUID.class);

  public final Class<?> javaClass;

  Scalar(Class<?> javaClass) {
    this.javaClass = javaClass;
  }
}
