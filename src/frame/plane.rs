//! A small picture with one float per pixel: the survey works on these, never on a full-size frame.

use super::Size;

/// A picture of one `f32` a pixel, row by row without padding.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    size: Size,
    values: Vec<f32>,
}

impl Plane {
    /// A plane filled with one value.
    #[must_use]
    pub fn filled(size: Size, value: f32) -> Self {
        Self { size, values: vec![value; size.area() as usize] }
    }

    /// A plane of these values, row by row.
    ///
    /// # Panics
    /// If there are not `size.area()` of them.
    #[must_use]
    pub fn new(size: Size, values: Vec<f32>) -> Self {
        assert_eq!(values.len() as u64, size.area(), "a plane of {size}");
        Self { size, values }
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// All values, row by row.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// All values, row by row, to be changed.
    #[must_use]
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// One row.
    #[must_use]
    pub fn row(&self, y: usize) -> &[f32] {
        let width = self.size.width as usize;
        &self.values[y * width..][..width]
    }

    /// The plane of `f(value)`, in the place of this one: a fresh plane costs more in first touches
    /// of its pages than most functions do in time.
    #[must_use]
    pub fn map(mut self, f: impl Fn(f32) -> f32) -> Self {
        self.values.iter_mut().for_each(|v| *v = f(*v));
        self
    }

    /// The plane of `f(value, other's value)`, pixel by pixel, in the place of this one.
    ///
    /// # Panics
    /// If the sizes differ.
    #[must_use]
    pub fn zip(mut self, other: &Self, f: impl Fn(f32, f32) -> f32) -> Self {
        assert_eq!(self.size, other.size, "planes of one size");
        self.values.iter_mut().zip(&other.values).for_each(|(v, &other)| *v = f(*v, other));
        self
    }

    /// The mean of all values, summed in reading order.
    #[must_use]
    pub fn mean(&self) -> f32 {
        let sum: f64 = self.values.iter().map(|&v| f64::from(v)).sum();
        (sum / self.values.len().max(1) as f64) as f32
    }
}
