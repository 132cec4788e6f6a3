//! The canonical form of decoded values, on whose checksum all drivers must agree.

use std::io::Write;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

const UNIX_EPOCH: NaiveDate = NaiveDate::from_ymd_opt(1970, 1, 1).expect("it is a date");

/// A native value that has a canonical form.
pub trait Canonical {
    /// Appends it to `out`.
    fn encode(&self, out: &mut Vec<u8>);
}

macro_rules! canonical {
    ($($native:ty: |$value:ident, $out:ident| $body:expr;)*) => {
        $(impl Canonical for $native {
            fn encode(&self, $out: &mut Vec<u8>) {
                let $value = self;
                $body
            }
        })*
    };
}

/// Appends formatted text: writing to a vector cannot fail.
macro_rules! append {
    ($out:expr, $($format:tt)*) => {
        write!($out, $($format)*).expect("a vector takes everything")
    };
}

canonical! {
    bool: |value, out| append!(out, "b:{};", if *value { 't' } else { 'f' });
    i16: |value, out| append!(out, "i:{value};");
    i32: |value, out| append!(out, "i:{value};");
    i64: |value, out| append!(out, "i:{value};");
    u32: |value, out| append!(out, "i:{value};");
    f32: |value, out| f64::from(*value).encode(out);
    f64: |value, out| append!(out, "f:{:016x};", value.to_bits());
    String: |value, out| sized(out, b's', value.as_bytes());
    i8: |value, out| char_text(*value).encode(out);
    Vec<u8>: |value, out| sized(out, b'x', value);
    DateTime<Utc>: |value, out| append!(out, "t:{};", value.timestamp_micros());
    NaiveDateTime: |value, out| value.and_utc().encode(out);
    NaiveDate: |value, out| append!(out, "d:{};", (*value - UNIX_EPOCH).num_days());
    Decimal: |value, out| append!(out, "m:{};", value.normalize());
    Uuid: |value, out| append!(out, "u:{};", value.simple());
}

/// PostgreSQL's one-byte "char", whose zero is the empty string.
fn char_text(byte: i8) -> String {
    match byte.cast_unsigned() {
        0 => String::new(),
        byte => char::from(byte).to_string(),
    }
}

fn sized(out: &mut Vec<u8>, mark: u8, content: &[u8]) {
    out.push(mark);
    append!(out, "{}:", content.len());
    out.extend_from_slice(content);
    out.push(b';');
}

impl<T: Canonical> Canonical for Option<T> {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.encode(out),
            None => out.extend_from_slice(b"N;"),
        }
    }
}

impl<T: Canonical> Canonical for Vec<T> {
    fn encode(&self, out: &mut Vec<u8>) {
        append!(out, "a{}:", self.len());
        for element in self {
            element.encode(out);
        }
        out.push(b';');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(value: &dyn Canonical) -> String {
        let mut out = Vec::new();
        value.encode(&mut out);
        out.into_iter().map(char::from).collect()
    }

    fn moment(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn each_type_has_its_canonical_form() {
        let decimal = |text: &str| Decimal::from_str_exact(text).unwrap();
        let cases: Vec<(Box<dyn Canonical>, &str)> = vec![
            (Box::new(None::<i32>), "N;"),
            (Box::new(true), "b:t;"),
            (Box::new(Some(false)), "b:f;"),
            (Box::new(-7_i16), "i:-7;"),
            (Box::new(i64::MIN), "i:-9223372036854775808;"),
            (Box::new(u32::MAX), "i:4294967295;"),
            (Box::new(1.5_f64), "f:3ff8000000000000;"),
            (Box::new(-0.0_f64), "f:8000000000000000;"),
            (Box::new(1.1_f32), "f:3ff19999a0000000;"),
            (Box::new(String::new()), "s0:;"),
            (Box::new("pg_type".to_owned()), "s7:pg_type;"),
            (Box::new(98_i8), "s1:b;"),
            (Box::new(0_i8), "s0:;"),
            (Box::new(vec![0_u8, 255]), "x2:\u{0}\u{ff};"),
            (
                Box::new(moment("2026-01-02T02:04:05.678901").and_utc()),
                "t:1767319445678901;",
            ),
            (Box::new(moment("1969-12-31T23:59:59.999999")), "t:-1;"),
            (
                Box::new(NaiveDate::from_ymd_opt(1969, 12, 31).unwrap()),
                "d:-1;",
            ),
            (
                Box::new(NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()),
                "d:20781;",
            ),
            (Box::new(decimal("12.3400")), "m:12.34;"),
            (Box::new(decimal("-0.00")), "m:0;"),
            (Box::new(decimal("100")), "m:100;"),
            (
                Box::new(Uuid::from_u128(1)),
                "u:00000000000000000000000000000001;",
            ),
            (Box::new(vec![1_i32, -2]), "a2:i:1;i:-2;;"),
            (Box::new(Vec::<i32>::new()), "a0:;"),
            (
                Box::new(vec!["a".to_owned(), String::new()]),
                "a2:s1:a;s0:;;",
            ),
            (Box::new(vec![vec![1_u8]]), "a1:x1:\u{1};;"),
        ];
        for (value, expected) in cases {
            assert_eq!(canonical(value.as_ref()), expected);
        }
    }

    #[test]
    fn text_is_sized_in_bytes() {
        let mut out = Vec::new();
        "grün".to_owned().encode(&mut out);
        assert_eq!(out, "s5:grün;".as_bytes());
    }
}
