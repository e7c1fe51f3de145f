//! Runs the graph with tract.

use std::path::Path;
use std::sync::Arc;

use image::RgbImage;
use tract_onnx::prelude::{
    Datum, DatumType, Framework, InferenceFact, InferenceModelExt, IntoRunnable, IntoTValue, TValue, Tensor,
    TractResult, TypedRunnableModel, tvec,
};
use tract_onnx::tract_hir::infer::Factoid;

use super::LoadError;
use super::decode::{Decoder, Values};
use super::manifest::{Preprocess, read_labels};
use crate::area::pixels;
use crate::{Detection, Picture};

/// A model with its description.
#[derive(Debug)]
pub(super) struct Model {
    plan: Arc<TypedRunnableModel>,
    /// Whether its input is bytes.
    takes_bytes: bool,
    names: Vec<String>,
    preprocess: Preprocess,
    labels: Vec<String>,
}

impl Model {
    /// Reads a folder and runs its model once, on a grey picture.
    pub(super) fn load(folder: &Path) -> Result<Self, LoadError> {
        let preprocess = Preprocess::read(folder)?;
        let labels = read_labels(folder)?;
        let failed = |error: tract_onnx::prelude::TractError| LoadError::Model(format!("{error:#}"));
        let (plan, takes_bytes, names) = plan(folder, &preprocess).map_err(failed)?;
        let model = Self { plan, takes_bytes, names, preprocess, labels };
        let input = &model.preprocess.input;
        let grey = Picture::of(RgbImage::from_pixel(input.width, input.height, image::Rgb([128; 3])));
        model.detect(&grey).map_err(LoadError::Model)?;
        Ok(model)
    }

    /// The objects in a picture.
    pub(super) fn detect(&self, picture: &Picture) -> Result<Vec<Detection>, String> {
        let input = &self.preprocess.input;
        let (fitted, placement) = input.fit(picture);
        let outputs = self.run(&fitted).map_err(|error| format!("{error:#}"))?;
        let size = (pixels(input.width), pixels(input.height));
        let decoder = Decoder { output: &self.preprocess.output, labels: &self.labels, input: size };
        decoder.decode(&outputs, &placement)
    }

    fn run(&self, fitted: &RgbImage) -> TractResult<Vec<Values>> {
        let input = &self.preprocess.input;
        let tensor = if self.takes_bytes {
            Tensor::from_shape(&input.shape(), &input.bytes(fitted))?
        } else {
            Tensor::from_shape(&input.shape(), &input.values(fitted))?
        };
        let outputs = self.plan.run(tvec![tensor.into_tvalue()])?;
        self.names.iter().zip(&outputs).map(|(name, output)| values(name, output)).collect()
    }
}

fn plan(folder: &Path, preprocess: &Preprocess) -> TractResult<(Arc<TypedRunnableModel>, bool, Vec<String>)> {
    let mut model = tract_onnx::onnx().model_for_path(folder.join("model.onnx"))?;
    let takes_bytes = model.input_fact(0)?.datum_type.concretize() == Some(u8::datum_type());
    let kind: DatumType = if takes_bytes { u8::datum_type() } else { f32::datum_type() };
    model.set_input_fact(0, InferenceFact::dt_shape(kind, preprocess.input.shape()))?;
    let outlets = model.output_outlets()?.to_vec();
    let names = outlets.iter().map(|outlet| {
        let label = model.outlet_label(*outlet).map(str::to_owned);
        label.unwrap_or_else(|| model.node(outlet.node).name.clone())
    });
    let names = names.collect();
    Ok((model.into_optimized()?.into_runnable()?, takes_bytes, names))
}

fn values(name: &str, output: &TValue) -> TractResult<Values> {
    let cast = output.cast_to::<f32>()?;
    let plain = cast.try_as_plain_ram()?;
    Ok(Values { name: name.to_owned(), shape: output.shape().to_vec(), values: plain.as_slice::<f32>()?.to_vec() })
}
