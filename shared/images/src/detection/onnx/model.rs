//! Runs the graph.

use std::path::Path;
use std::sync::Arc;

use image::RgbImage;
use inference::{Network, NetworkError, Tensor, tract};

use super::LoadError;
use super::decode::{Decoder, Values};
use super::manifest::{Preprocess, read_labels};
use crate::area::pixels;
use crate::{Detection, Picture};

/// A model with its description.
#[derive(Debug)]
pub(super) struct Model {
    network: Arc<dyn Network>,
    /// Whether its input is bytes.
    takes_bytes: bool,
    preprocess: Preprocess,
    labels: Vec<String>,
}

impl Model {
    /// Reads a folder and runs its model once, on a grey picture.
    pub(super) fn load(folder: &Path) -> Result<Self, LoadError> {
        let preprocess = Preprocess::read(folder)?;
        let labels = read_labels(folder)?;
        let network = tract::load(&folder.join("model.onnx"), &[preprocess.input.shape().as_slice()]);
        let network = network.map_err(|error| LoadError::Model(error.to_string()))?;
        let takes_bytes = network.inputs().first().is_some_and(|port| port.takes_bytes);
        let model = Self { network, takes_bytes, preprocess, labels };
        let input = &model.preprocess.input;
        let grey = Picture::of(RgbImage::from_pixel(input.width, input.height, image::Rgb([128; 3])));
        model.detect(&grey).map_err(LoadError::Model)?;
        Ok(model)
    }

    /// The objects in a picture.
    pub(super) fn detect(&self, picture: &Picture) -> Result<Vec<Detection>, String> {
        let input = &self.preprocess.input;
        let (fitted, placement) = input.fit(picture);
        let outputs = self.run(&fitted).map_err(|error| error.to_string())?;
        let size = (pixels(input.width), pixels(input.height));
        let decoder = Decoder { output: &self.preprocess.output, labels: &self.labels, input: size };
        decoder.decode(&outputs, &placement)
    }

    fn run(&self, fitted: &RgbImage) -> Result<Vec<Values>, NetworkError> {
        let input = &self.preprocess.input;
        let tensor = if self.takes_bytes {
            Tensor::new(input.shape(), input.bytes(fitted))
        } else {
            Tensor::new(input.shape(), input.values(fitted))
        };
        let outputs = self.network.run(vec![tensor.into()])?.into_iter();
        let values = outputs.zip(self.network.outputs()).map(|(output, name)| {
            let shape = output.shape().to_vec();
            Values { name: name.clone(), shape, values: output.into_floats().unwrap_or_default() }
        });
        Ok(values.collect())
    }
}
