use serde::{Deserialize, Serialize};

/// The embedding of a text, as a vector of length 1. So the dot product of two is their cosine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Embedding(Vec<f32>);

impl Embedding {
    /// Scales `values` to length 1. A vector without a direction (all zeros, or not finite) becomes all zeros, which is
    /// similar to nothing.
    #[must_use]
    pub fn normalised(mut values: Vec<f32>) -> Self {
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length.is_finite() && length > 0.0 {
            for value in &mut values {
                *value /= length;
            }
        } else {
            values.fill(0.0);
        }
        Self(values)
    }

    /// The components.
    #[must_use]
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// The components, without a copy.
    #[must_use]
    pub fn into_vec(self) -> Vec<f32> {
        self.0
    }

    /// Cosine similarity, from -1 to 1. Embeddings of different models cannot be compared; additional components of the
    /// longer one are ignored.
    #[must_use]
    pub fn cosine(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }
}

impl AsRef<[f32]> for Embedding {
    fn as_ref(&self) -> &[f32] {
        &self.0
    }
}
