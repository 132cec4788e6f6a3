package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgbench-drivers/go-runner/internal/job"
	"pgbench-drivers/go-runner/internal/testserver"
)

const actAsRunner = "PGBENCH_TEST_ACT_AS_RUNNER"

// The test binary is the runner too, so that its life as a process is tested.
func TestMain(m *testing.M) {
	if os.Getenv(actAsRunner) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func command(jobLine string) *exec.Cmd {
	runner := exec.Command(os.Args[0])
	runner.Env = append(os.Environ(), actAsRunner+"=1")
	runner.Stdin = strings.NewReader(jobLine + "\n")
	return runner
}

func jobLine(driver, options, connection string, measureSeconds float64) string {
	return fmt.Sprintf(`{"contract": 3, "driver": %q, "options": %s, "connection": %s, "query": {"name": "q", "kind": "fetch",
		"sql": "select 1", "args": [], "columns": [{"name": "a", "type": "int4"}], "expect": {"rows": 1, "checksum": null}},
		"concurrency": 2, "warmup_seconds": 0, "measure_seconds": %g, "arrivals": null, "seed": 1}`,
		driver, options, connection, measureSeconds)
}

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", " ") }

func TestExitCodesAndErrorEvents(t *testing.T) {
	cases := []struct {
		name, job string
		code      int
		last      string
	}{
		{"result", jobLine("null", `{}`, `{}`, 0.01), 0, `"event":"result"`},
		{"no window at all", jobLine("null", `{}`, `{}`, 0), 0, `"queries":0`},
		{"nothing", "", 2, `"kind":"bad-job"`},
		{"no JSON", "hello", 2, `"kind":"bad-job"`},
		{"contract", strings.Replace(jobLine("null", `{}`, `{}`, 1), `"contract": 3`, `"contract": 1`, 1), 2, `"kind":"bad-job"`},
		{"driver", jobLine("libpqxx", `{}`, `{}`, 1), 2, `"kind":"bad-job"`},
		{"option", jobLine("pgx", `{"rows": "dict"}`, `{}`, 1), 2, `unknown field \"rows\"`},
		{"no server", jobLine("pgx", `{}`, `{"host": "/nonexistent", "port": 1, "user": "u", "database": "d"}`, 1), 5, `"kind":"driver"`},
		{"no server", jobLine("lib/pq", `{}`, `{"host": "/nonexistent", "port": 1, "user": "u", "database": "d"}`, 1), 5, `"kind":"driver"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			runner := command(oneLine(c.job))
			out, _ := runner.Output()
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			last := lines[len(lines)-1]
			if runner.ProcessState.ExitCode() != c.code || !strings.Contains(last, c.last) || !json.Valid([]byte(last)) {
				t.Errorf("got %v and %s, want %d and %s", runner.ProcessState, last, c.code, c.last)
			}
		})
	}
}

// started runs the delay driver for a long time and returns once it measures.
func started(t *testing.T) (*exec.Cmd, io.ReadCloser) {
	t.Helper()
	runner := command(oneLine(jobLine("delay", `{"delays_ms": [1]}`, `{}`, 3600)))
	out, err := runner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := runner.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = runner.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), `"started"`) {
	}
	return runner, out
}

func TestSIGTERMEndsTheRunnerInMidWindow(t *testing.T) {
	runner, _ := started(t)
	if err := runner.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	wantEnd(t, runner)
}

func TestTheRunnerStopsInMidWindowWhenStdoutIsClosed(t *testing.T) {
	runner, out := started(t)
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	wantEnd(t, runner)
}

func wantEnd(t *testing.T, runner *exec.Cmd) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- runner.Wait() }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it ended as if all were well")
		}
	case <-time.After(time.Second):
		t.Error("it was still there after a second")
	}
}

// A server that answers the first queries and then dies.
func TestAServerThatDiesIsAnErrorOfTheDriver(t *testing.T) {
	server := testserver.Connection(t)
	for _, driver := range []string{"pgx", "lib/pq"} {
		t.Run(driver, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			go proxy(listener, server, 500*time.Millisecond)
			proxied := server
			proxied.Host, proxied.Port = "127.0.0.1", uint16(listener.Addr().(*net.TCPAddr).Port)
			connection, err := json.Marshal(proxied)
			if err != nil {
				t.Fatal(err)
			}
			checksum := fmt.Sprintf(`"checksum": "%x"`, sha256.Sum256([]byte("R1:i:1;")))
			line := strings.Replace(oneLine(jobLine(driver, `{}`, string(connection), 60)), `"checksum": null`, checksum, 1)
			runner := command(line)
			out, _ := runner.Output()
			if runner.ProcessState.ExitCode() != 5 || !strings.Contains(string(out), `"started"`) ||
				!strings.Contains(string(out), `"kind":"driver"`) {
				t.Errorf("got %v and %s", runner.ProcessState, out)
			}
		})
	}
}

// proxy hands connections on to the server, and cuts them all off after a time.
func proxy(listener net.Listener, server job.Connection, life time.Duration) {
	network, address := "tcp", net.JoinHostPort(server.Host, fmt.Sprint(server.Port))
	if strings.HasPrefix(server.Host, "/") {
		network, address = "unix", fmt.Sprintf("%s/.s.PGSQL.%d", server.Host, server.Port)
	}
	time.AfterFunc(life, func() { _ = listener.Close() })
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		upstream, err := net.Dial(network, address)
		if err != nil {
			return
		}
		go func() { _, _ = io.Copy(client, upstream) }()
		go func() { _, _ = io.Copy(upstream, client) }()
		time.AfterFunc(life, func() {
			_ = client.Close()
			_ = upstream.Close()
		})
	}
}
