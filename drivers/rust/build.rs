//! Tells the program which releases it is built from: what Cargo.lock holds is
//! what is linked, since the toolbench builds with `--locked`.

use std::env;
use std::fs;
use std::process::Command;

const NAMED: [&str; 3] = ["tokio", "tokio-postgres", "sqlx"];

fn main() {
    println!("cargo:rerun-if-changed=Cargo.lock");
    let lock = fs::read_to_string("Cargo.lock").expect("Cargo.lock is there");
    for package in NAMED {
        let variable = package.replace('-', "_").to_uppercase();
        let version = locked_version(&lock, package).unwrap_or("unknown");
        println!("cargo:rustc-env=VERSION_{variable}={version}");
    }
    println!("cargo:rustc-env=VERSION_RUSTC={}", compiler_version());
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let entry = lock.split("[[package]]").find(|entry| {
        entry
            .lines()
            .any(|line| line == format!("name = \"{package}\""))
    })?;
    entry
        .lines()
        .find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
}

fn compiler_version() -> String {
    let compiler = env::var("RUSTC").expect("cargo names the compiler");
    let printed = Command::new(compiler)
        .arg("--version")
        .output()
        .expect("the compiler tells its version")
        .stdout;
    let words = String::from_utf8_lossy(&printed);
    words
        .split_whitespace()
        .nth(1)
        .unwrap_or("unknown")
        .to_owned()
}
