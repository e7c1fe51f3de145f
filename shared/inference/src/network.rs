use std::fmt::Debug;

use crate::{NetworkError, Tensor};

/// A loaded network. It has no state: a recurrent one takes its state and returns the next.
pub trait Network: Debug + Send + Sync {
    /// Its inputs, in order.
    fn inputs(&self) -> &[Port];

    /// The names of its outputs, in order.
    fn outputs(&self) -> &[String];

    /// Computes all outputs on the calling thread. Takes an input for each of [`inputs`](Self::inputs), in that order.
    ///
    /// # Errors
    /// If the number, kinds or shapes of the inputs are not those of the graph, or if it holds what cannot be computed.
    fn run(&self, inputs: Vec<Input<'_>>) -> Result<Vec<Tensor>, NetworkError>;
}

/// An input of a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its name in the file.
    pub name: String,
    /// Whether it takes bytes, rather than numbers.
    pub takes_bytes: bool,
}

/// An input of a run.
#[derive(Debug)]
pub enum Input<'a> {
    /// One that this run uses up. It may be changed in place.
    Owned(Tensor),
    /// One that is needed again.
    Borrowed(&'a Tensor),
}

impl From<Tensor> for Input<'_> {
    fn from(tensor: Tensor) -> Self {
        Self::Owned(tensor)
    }
}

impl<'a> From<&'a Tensor> for Input<'a> {
    fn from(tensor: &'a Tensor) -> Self {
        Self::Borrowed(tensor)
    }
}
