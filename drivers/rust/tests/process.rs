//! The runner as a process: exit codes, last words, and its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

fn job(driver: &str) -> Value {
    json!({
        "contract": 3, "driver": driver, "options": {},
        "connection": {"host": "/nonexistent", "port": 1, "user": "u", "password": null,
            "database": "d", "tls": null},
        "query": {"name": "q", "kind": "fetch", "sql": "select 1", "args": [],
            "columns": [{"name": "a", "type": "int4", "nullable": false}],
            "target": null, "readback": null, "expect": {"rows": 1, "checksum": null}},
        "concurrency": 2, "warmup_seconds": 0, "measure_seconds": 0.01,
        "arrivals": null, "seed": 1,
    })
}

fn with(mut job: Value, pointer: &str, value: Value) -> Value {
    *job.pointer_mut(pointer).expect("the job has it") = value;
    job
}

fn start(job: &str) -> Child {
    let mut runner = Command::new(env!("CARGO_BIN_EXE_rust-runner"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the runner starts");
    let mut stdin = runner.stdin.take().expect("it has a stdin");
    stdin
        .write_all(format!("{job}\n").as_bytes())
        .expect("it reads its job");
    runner
}

#[test]
fn exit_codes_and_last_words() {
    let null = || job("null");
    let cases = [
        (null().to_string(), 0, "result"),
        (
            with(null(), "/measure_seconds", json!(0)).to_string(),
            0,
            "result",
        ),
        (String::new(), 2, "bad-job"),
        ("hello".into(), 2, "bad-job"),
        (
            with(null(), "/contract", json!(1)).to_string(),
            2,
            "bad-job",
        ),
        (job("libpqxx").to_string(), 2, "bad-job"),
        (
            with(null(), "/options", json!({"rows": "dict"})).to_string(),
            2,
            "bad-job",
        ),
        (job("tokio-postgres").to_string(), 5, "driver"),
        (job("sqlx").to_string(), 5, "driver"),
    ];
    for (job, code, last) in cases {
        let output = start(&job).wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let event: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        let named = if event["event"] == "error" {
            &event["kind"]
        } else {
            &event["event"]
        };
        assert_eq!(
            (output.status.code(), named.as_str()),
            (Some(code), Some(last)),
            "{job}: {said}"
        );
    }
}

/// A runner that is in the middle of a long window.
fn measuring() -> (Child, BufReader<ChildStdout>) {
    let long = with(job("delay"), "/measure_seconds", json!(3600));
    let mut runner = start(&with(long, "/options", json!({"delays_ms": [1]})).to_string());
    let mut events = BufReader::new(runner.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("started") {
        line.clear();
        assert!(
            events.read_line(&mut line).unwrap() > 0,
            "it ended before its window"
        );
    }
    (runner, events)
}

fn assert_ends_badly(mut runner: Child) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while Instant::now() < deadline {
        if let Some(status) = runner.try_wait().unwrap() {
            assert!(!status.success());
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    runner.kill().unwrap();
    panic!("it was still there after ten seconds");
}

#[test]
fn sigterm_ends_it_in_mid_window() {
    let (runner, mut events) = measuring();
    let killed = Command::new("kill")
        .arg(runner.id().to_string())
        .status()
        .unwrap();
    assert!(killed.success());
    assert_ends_badly(runner);
    let mut rest = String::new();
    events.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("result"));
}

#[test]
fn it_stops_in_mid_window_when_stdout_is_closed() {
    let (runner, events) = measuring();
    drop(events);
    assert_ends_badly(runner);
}
