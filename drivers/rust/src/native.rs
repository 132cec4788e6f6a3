//! The Rust values of PostgreSQL's types, made from a job's JSON.

use std::fmt::Display;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

/// Evaluates an expression with `$native` standing for a scalar type's Rust type.
/// Drivers agree on all of them but that of `oid`.
#[macro_export]
macro_rules! with_native {
    ($scalar:expr, oid = $oid:ty, $native:ident => $body:expr) => {
        $crate::with_native!(@ $scalar, $native, $body,
            Bool = bool, Int2 = i16, Int4 = i32, Int8 = i64, Oid = $oid,
            Float4 = f32, Float8 = f64,
            Text = String, Varchar = String, Name = String, Char = i8, Bytea = Vec<u8>,
            Timestamptz = ::chrono::DateTime<::chrono::Utc>,
            Timestamp = ::chrono::NaiveDateTime, Date = ::chrono::NaiveDate,
            Numeric = ::rust_decimal::Decimal, Uuid = ::uuid::Uuid)
    };
    (@ $scalar:expr, $native:ident, $body:expr, $($name:ident = $type:ty),*) => {
        match $scalar {
            $($crate::job::Scalar::$name => {
                type $native = $type;
                $body
            })*
        }
    };
}

/// A value that can be made from a job's JSON.
pub trait FromJson: Sized {
    /// The value, or what is wrong with it.
    fn from_json(json: &Value) -> Result<Self, String>;
}

macro_rules! plain {
    ($($native:ty),*) => {
        $(impl FromJson for $native {
            fn from_json(json: &Value) -> Result<Self, String> {
                serde_json::from_value(json.clone()).map_err(|error| unfit(json, error))
            }
        })*
    };
}

plain!(bool, i16, i32, i64, u32, f32, f64, String);

impl FromJson for i8 {
    fn from_json(json: &Value) -> Result<Self, String> {
        match text(json)?.as_bytes() {
            [byte] => Ok(byte.cast_signed()),
            _ => Err(unfit(json, "a \"char\" is one byte")),
        }
    }
}

impl FromJson for Vec<u8> {
    fn from_json(json: &Value) -> Result<Self, String> {
        let digits = text(json)?;
        if !digits.is_ascii() || digits.len() % 2 != 0 {
            return Err(unfit(json, "expected pairs of hex digits"));
        }
        (0..digits.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16))
            .collect::<Result<_, _>>()
            .map_err(|error| unfit(json, error))
    }
}

impl FromJson for DateTime<Utc> {
    fn from_json(json: &Value) -> Result<Self, String> {
        let text = text(json)?;
        DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"))
            .map(|moment| moment.to_utc())
            .map_err(|error| unfit(json, error))
    }
}

impl FromJson for NaiveDateTime {
    fn from_json(json: &Value) -> Result<Self, String> {
        let text = text(json)?;
        text.parse()
            .or_else(|_| Self::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
            .map_err(|error| unfit(json, error))
    }
}

impl FromJson for NaiveDate {
    fn from_json(json: &Value) -> Result<Self, String> {
        text(json)?.parse().map_err(|error| unfit(json, error))
    }
}

impl FromJson for Decimal {
    fn from_json(json: &Value) -> Result<Self, String> {
        let digits = match json {
            Value::Number(number) => number.to_string(),
            _ => text(json)?.to_owned(),
        };
        Self::from_str_exact(&digits).map_err(|error| unfit(json, error))
    }
}

impl FromJson for Uuid {
    fn from_json(json: &Value) -> Result<Self, String> {
        Self::parse_str(text(json)?).map_err(|error| unfit(json, error))
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: &Value) -> Result<Self, String> {
        if json.is_null() {
            Ok(None)
        } else {
            T::from_json(json).map(Some)
        }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: &Value) -> Result<Self, String> {
        let elements = json
            .as_array()
            .ok_or_else(|| unfit(json, "expected a list"))?;
        elements.iter().map(T::from_json).collect()
    }
}

fn text(json: &Value) -> Result<&str, String> {
    json.as_str()
        .ok_or_else(|| unfit(json, "expected a string"))
}

fn unfit(json: &Value, reason: impl Display) -> String {
    format!("{json}: {reason}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_becomes_native_values() {
        assert_eq!(
            i64::from_json(&json!(9_007_199_254_740_993_i64)),
            Ok(9_007_199_254_740_993)
        );
        assert_eq!(Option::<i32>::from_json(&json!(null)), Ok(None));
        assert_eq!(Vec::<u8>::from_json(&json!("00ff")), Ok(vec![0, 255]));
        assert_eq!(Vec::<i32>::from_json(&json!([1, 2])), Ok(vec![1, 2]));
        assert_eq!(i8::from_json(&json!("b")), Ok(98));
        assert_eq!(
            Decimal::from_json(&json!("12.50")),
            Ok(Decimal::new(1250, 2))
        );
        let moment = "2026-01-02T03:04:05.600Z".parse::<DateTime<Utc>>().unwrap();
        for text in ["2026-01-02T04:04:05.6+01:00", "2026-01-02 03:04:05.6+00"] {
            assert_eq!(DateTime::from_json(&json!(text)), Ok(moment));
        }
        for text in ["2026-01-02T03:04:05.6", "2026-01-02 03:04:05.6"] {
            assert_eq!(
                NaiveDateTime::from_json(&json!(text)),
                Ok(moment.naive_utc())
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(i32::from_json(&json!("x")).is_err());
        assert!(i32::from_json(&json!(2_147_483_648_i64)).is_err());
        assert!(Vec::<u8>::from_json(&json!("zz")).is_err());
        assert!(Vec::<u8>::from_json(&json!("0")).is_err());
        assert!(Vec::<i32>::from_json(&json!([null])).is_err());
        assert!(i8::from_json(&json!("ab")).is_err());
        assert!(NaiveDate::from_json(&json!("yesterday")).is_err());
    }
}
