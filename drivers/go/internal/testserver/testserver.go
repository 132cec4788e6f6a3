// Package testserver tells tests where a real server is; only tests import it.
package testserver

import (
	"os"
	"strconv"
	"testing"

	"pgbench-drivers/go-runner/internal/job"
)

// Connection is the server that PGBENCH_TEST_HOST, …_PORT, …_USER, …_PASSWORD
// and …_DATABASE name. Without a host the test is skipped.
func Connection(t testing.TB) job.Connection {
	t.Helper()
	host := os.Getenv("PGBENCH_TEST_HOST")
	if host == "" {
		t.Skip("needs a PostgreSQL server: PGBENCH_TEST_HOST is not set")
	}
	port, err := strconv.ParseUint(fallback("PGBENCH_TEST_PORT", "5432"), 10, 16)
	if err != nil {
		t.Fatalf("PGBENCH_TEST_PORT: %v", err)
	}
	connection := job.Connection{
		Host:     host,
		Port:     uint16(port),
		User:     fallback("PGBENCH_TEST_USER", "postgres"),
		Database: fallback("PGBENCH_TEST_DATABASE", "postgres"),
	}
	if password := os.Getenv("PGBENCH_TEST_PASSWORD"); password != "" {
		connection.Password = &password
	}
	return connection
}

// Password is the connection's, or empty.
func Password(connection job.Connection) string {
	if connection.Password == nil {
		return ""
	}
	return *connection.Password
}

func fallback(variable, value string) string {
	if set := os.Getenv(variable); set != "" {
		return set
	}
	return value
}
