//! The decoded rows of an answer, as owned values of each column's Rust type.
//!
//! A Rust user declares a struct and collects a vector of it. Its type cannot be
//! made at run time, so each column has a vector of its own: the same values are
//! decoded and held, and no row costs an allocation that the struct would not.

use std::error::Error;
use std::sync::Arc;

use crate::canonical::Canonical;
use crate::failure::Failure;
use crate::job::Column;

pub type BoxError = Box<dyn Error + Send + Sync>;

/// A driver's own row.
pub trait Row {
    /// The number of columns.
    fn width(&self) -> usize;

    /// What the driver calls the type of a column.
    fn type_name(&self, index: usize) -> String;
}

/// A row that has columns of a Rust type.
pub trait Get<T>: Row {
    /// The value of a column, or the driver's reason for having none of this type.
    fn value(&self, index: usize) -> Result<T, BoxError>;
}

/// The values of one column.
pub trait Values<R>: Send {
    /// Decodes a row's value of this column.
    fn append(&mut self, row: &R, index: usize) -> Result<(), BoxError>;

    /// Appends a value's canonical form.
    fn encode(&self, row: usize, out: &mut Vec<u8>);
}

struct Typed<T>(Vec<T>);

impl<R: Get<T>, T: Canonical + Send> Values<R> for Typed<T> {
    fn append(&mut self, row: &R, index: usize) -> Result<(), BoxError> {
        self.0.push(row.value(index)?);
        Ok(())
    }

    fn encode(&self, row: usize, out: &mut Vec<u8>) {
        self.0[row].encode(out);
    }
}

/// Makes an empty column with room for so many values.
pub type MakeValues<R> = fn(usize) -> Box<dyn Values<R>>;

/// How the values of a column of `T` are held: an option only where there may be nulls.
pub fn values_of<R, T>(column: &Column) -> MakeValues<R>
where
    R: Get<T> + Get<Option<T>> + Get<Vec<T>> + Get<Option<Vec<T>>>,
    T: Canonical + Send + 'static,
    Vec<T>: Canonical,
{
    match (column.declared.array, column.nullable) {
        (false, false) => |room| Box::new(Typed::<T>(Vec::with_capacity(room))),
        (false, true) => |room| Box::new(Typed::<Option<T>>(Vec::with_capacity(room))),
        (true, false) => |room| Box::new(Typed::<Vec<T>>(Vec::with_capacity(room))),
        (true, true) => |room| Box::new(Typed::<Option<Vec<T>>>(Vec::with_capacity(room))),
    }
}

/// The columns of an answer.
pub struct Layout<R> {
    columns: Vec<Column>,
    make: Vec<MakeValues<R>>,
}

impl<R: Row> Layout<R> {
    /// A layout for `columns`; `make` chooses a column's Rust type.
    pub fn new(columns: &[Column], make: fn(&Column) -> MakeValues<R>) -> Arc<Self> {
        Arc::new(Self {
            columns: columns.to_vec(),
            make: columns.iter().map(make).collect(),
        })
    }

    /// An empty answer with room for so many rows.
    pub fn set(self: &Arc<Self>, room: usize) -> Set<R> {
        let values = self.make.iter().map(|make| make(room)).collect();
        Set {
            layout: Arc::clone(self),
            values,
            rows: 0,
        }
    }

    fn mismatch(&self, row: &R, index: usize, reason: &BoxError) -> Failure {
        let Column { name, declared, .. } = &self.columns[index];
        Failure::wrong_answer(format!(
            "column {} ({name}): expected {}, got {}: {reason}",
            index + 1,
            declared.name,
            row.type_name(index),
        ))
    }
}

/// The rows of one answer.
pub struct Set<R> {
    layout: Arc<Layout<R>>,
    values: Vec<Box<dyn Values<R>>>,
    rows: usize,
}

impl<R: Row> Set<R> {
    /// Decodes a row; a value of another type than declared is a wrong answer.
    pub fn append(&mut self, row: &R) -> Result<(), Failure> {
        if self.rows == 0 && row.width() != self.values.len() {
            return Err(Failure::wrong_answer(format!(
                "expected {} columns, got {}",
                self.values.len(),
                row.width()
            )));
        }
        for (index, values) in self.values.iter_mut().enumerate() {
            if let Err(reason) = values.append(row, index) {
                return Err(self.layout.mismatch(row, index, &reason));
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Appends the canonical form of a row.
    pub fn encode(&self, row: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(format!("R{}:", self.values.len()).as_bytes());
        for values in &self.values {
            values.encode(row, out);
        }
    }
}
