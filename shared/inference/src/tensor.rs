/// Numbers with a shape, in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    shape: Vec<usize>,
    values: Values,
}

/// The numbers of a tensor.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Floating-point numbers; the usual kind.
    Floats(Vec<f32>),
    /// Whole numbers: tokens, positions, lengths. The graph may take them as 64-bit numbers.
    Integers(Vec<i32>),
    /// Bytes, such as those of pixels.
    Bytes(Vec<u8>),
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Floats(values) => values.len(),
            Self::Integers(values) => values.len(),
            Self::Bytes(values) => values.len(),
        }
    }
}

impl From<Vec<f32>> for Values {
    fn from(values: Vec<f32>) -> Self {
        Self::Floats(values)
    }
}

impl From<Vec<i32>> for Values {
    fn from(values: Vec<i32>) -> Self {
        Self::Integers(values)
    }
}

impl From<Vec<u8>> for Values {
    fn from(values: Vec<u8>) -> Self {
        Self::Bytes(values)
    }
}

impl Tensor {
    /// A tensor of `values`.
    ///
    /// # Panics
    /// If there are not as many values as the shape has places.
    #[must_use]
    pub fn new(shape: impl Into<Vec<usize>>, values: impl Into<Values>) -> Self {
        let (shape, values) = (shape.into(), values.into());
        assert_eq!(shape.iter().product::<usize>(), values.len(), "a tensor of shape {shape:?}");
        Self { shape, values }
    }

    /// A tensor of floating-point zeros.
    #[must_use]
    pub fn zeros(shape: impl Into<Vec<usize>>) -> Self {
        let shape = shape.into();
        let values = vec![0.0_f32; shape.iter().product()];
        Self { shape, values: values.into() }
    }

    /// The length of each dimension.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The values.
    #[must_use]
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// The values, if they are floating-point numbers.
    #[must_use]
    pub fn floats(&self) -> Option<&[f32]> {
        match &self.values {
            Values::Floats(values) => Some(values),
            _ => None,
        }
    }

    /// The values, if they are floating-point numbers.
    #[must_use]
    pub fn into_floats(self) -> Option<Vec<f32>> {
        match self.values {
            Values::Floats(values) => Some(values),
            _ => None,
        }
    }

    /// The shape and the values.
    #[must_use]
    pub fn into_parts(self) -> (Vec<usize>, Values) {
        (self.shape, self.values)
    }
}
