//! Voice activity: how likely each moment of sound is speech, by Silero's network.

use std::path::Path;
use std::sync::Arc;

use foundation::provider::{ProviderError, ProviderFailure};
use inference::rten::{self, Weights};
use inference::{Network, NetworkError, Tensor};

/// Number of samples that are judged at a time: 32 milliseconds at [`super::audio::RECOGNISED_RATE`].
pub const FRAME: usize = 512;
/// Number of samples before a frame that the network takes with it.
const BEFORE: usize = 64;
/// Size of the network's state.
const STATE: usize = 128;

/// The network. Clones share it.
#[derive(Debug, Clone)]
pub struct VoiceModel {
    network: Option<Arc<dyn Network>>,
}

impl VoiceModel {
    /// Loads the network from `folder`, as `scripts/models` makes it. If it is missing, [`listen`](Self::listen) says so.
    ///
    /// # Errors
    /// If it cannot be loaded.
    pub fn load(folder: &Path) -> Result<Self, NetworkError> {
        let file = folder.join("model.onnx");
        if !file.is_file() {
            return Ok(Self { network: None });
        }
        let network = rten::load(&file, Weights::AsTheyAre, &["speech_probs", "hn", "cn"])?;
        Ok(Self { network: Some(network) })
    }

    /// A detector for one stream of sound.
    ///
    /// # Errors
    /// [`ProviderFailure::NotConfigured`] if the network is missing.
    pub fn listen(&self) -> Result<VoiceActivity, ProviderError> {
        let network = self.network.clone().ok_or_else(|| {
            let advice = "Speech cannot be told from noise: the voice activity model is missing. Run scripts/models, \
                          or correct VOICE_ACTIVITY_MODEL_DIR."
                .to_owned();
            ProviderError::new(
                "Listening",
                ProviderFailure::NotConfigured { code: "voice_model_not_installed", advice },
            )
        })?;
        Ok(VoiceActivity { network, state: quiet(), before: [0.0; BEFORE] })
    }
}

/// Judges one stream of sound, frame by frame.
#[derive(Debug)]
pub struct VoiceActivity {
    network: Arc<dyn Network>,
    state: [Tensor; 2],
    before: [f32; BEFORE],
}

fn quiet() -> [Tensor; 2] {
    [Tensor::zeros([1, 1, STATE]), Tensor::zeros([1, 1, STATE])]
}

impl VoiceActivity {
    /// How likely each of the next frames is speech, from 0 to 1.
    pub fn judge(&mut self, frames: &[[i16; FRAME]]) -> Vec<f32> {
        if frames.is_empty() {
            return Vec::new();
        }
        let mut samples = Vec::with_capacity(frames.len() * (BEFORE + FRAME));
        for frame in frames {
            let begin = samples.len();
            samples.extend_from_slice(&self.before);
            samples.extend(frame.iter().map(|sample| f32::from(*sample) / 32_768.0));
            if let Some(last) = samples.get(begin + FRAME..).and_then(<[f32]>::first_chunk) {
                self.before = *last;
            }
        }
        let samples = Tensor::new([frames.len(), BEFORE + FRAME], samples);
        let [hidden, cell] = std::mem::replace(&mut self.state, quiet());
        match self.network.run(vec![samples.into(), hidden.into(), cell.into()]).map(<[Tensor; 3]>::try_from) {
            Ok(Ok([judged, hidden, cell])) => {
                self.state = [hidden, cell];
                judged.floats().unwrap_or_default().to_vec()
            }
            outcome => {
                // Sound that cannot be judged is none: nobody waits for an answer to it.
                let error = outcome.err().map_or_else(|| "it has other outputs".to_owned(), |error| error.to_string());
                tracing::error!(error, "the voice activity model failed");
                vec![0.0; frames.len()]
            }
        }
    }

    /// Forgets the sound so far.
    pub fn reset(&mut self) {
        self.state = quiet();
        self.before = [0.0; BEFORE];
    }
}
