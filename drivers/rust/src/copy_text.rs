//! Rows in the text format of PostgreSQL's COPY, for drivers that leave it to the caller.

use std::fmt::Write;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A value that PostgreSQL reads from text.
pub trait Text {
    /// Appends the text, as it is outside of COPY.
    fn text(&self, out: &mut String);
}

/// Appends formatted text: writing to a string cannot fail.
macro_rules! append {
    ($out:expr, $($format:tt)*) => {
        write!($out, $($format)*).expect("a string takes everything")
    };
}

macro_rules! text {
    ($($native:ty: |$value:ident, $out:ident| $body:expr;)*) => {
        $(impl Text for $native {
            fn text(&self, $out: &mut String) {
                let $value = self;
                $body
            }
        })*
    };
}

text! {
    bool: |value, out| append!(out, "{value}");
    i16: |value, out| append!(out, "{value}");
    i32: |value, out| append!(out, "{value}");
    i64: |value, out| append!(out, "{value}");
    f32: |value, out| append!(out, "{value}");
    f64: |value, out| append!(out, "{value}");
    String: |value, out| out.push_str(value);
    i8: |value, out| out.push(char::from(value.cast_unsigned()));
    DateTime<Utc>: |value, out| append!(out, "{}", value.format("%Y-%m-%d %H:%M:%S%.6f+00"));
    NaiveDateTime: |value, out| append!(out, "{}", value.format("%Y-%m-%d %H:%M:%S%.6f"));
    NaiveDate: |value, out| append!(out, "{value}");
    Decimal: |value, out| append!(out, "{value}");
    Uuid: |value, out| append!(out, "{value}");
}

impl Text for Vec<u8> {
    fn text(&self, out: &mut String) {
        out.push_str("\\x");
        for byte in self {
            append!(out, "{byte:02x}");
        }
    }
}

impl<T: Text> Text for Vec<T> {
    fn text(&self, out: &mut String) {
        out.push('{');
        for (index, element) in self.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            let mut plain = String::new();
            element.text(&mut plain);
            out.push('"');
            for character in plain.chars() {
                if matches!(character, '"' | '\\') {
                    out.push('\\');
                }
                out.push(character);
            }
            out.push('"');
        }
        out.push('}');
    }
}

/// Appends a field of COPY's text: `\N` for null, else the text with its special bytes escaped.
pub fn append_field<T: Text>(value: Option<&T>, out: &mut String) {
    let Some(value) = value else {
        out.push_str("\\N");
        return;
    };
    let start = out.len();
    value.text(out);
    if out[start..].contains(['\\', '\t', '\n', '\r']) {
        let plain = out.split_off(start);
        escape(&plain, out);
    }
}

fn escape(plain: &str, out: &mut String) {
    for character in plain.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field<T: Text>(value: Option<T>) -> String {
        let mut out = String::new();
        append_field(value.as_ref(), &mut out);
        out
    }

    #[test]
    fn fields_are_what_copy_reads() {
        assert_eq!(field(None::<i32>), "\\N");
        assert_eq!(field(Some(-10)), "-10");
        assert_eq!(field(Some(10.333)), "10.333");
        assert_eq!(field(Some("a\tb\\\n".to_owned())), "a\\tb\\\\\\n");
        assert_eq!(field(Some(vec![0_u8, 255])), "\\\\x00ff");
        assert_eq!(field(Some(vec![1, 2])), "{\"1\",\"2\"}");
        assert_eq!(field(Some(vec!["a\"b".to_owned()])), "{\"a\\\\\"b\"}");
        let moment: NaiveDateTime = "2026-01-02T03:04:05.6".parse().unwrap();
        assert_eq!(
            field(Some(moment.and_utc())),
            "2026-01-02 03:04:05.600000+00"
        );
    }
}
