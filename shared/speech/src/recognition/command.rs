//! Speech recognition by a program of the operator's own: `whisper.cpp`, Vosk, or any other that reads WAV and writes
//! text.

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;

use super::{NAME, SpokenSegment, Transcriber, Transcript, TranscriptEvent, whole};
use crate::audio::{Pcm, SoundFormat};
use foundation::program::{self, ProgramError, ProgramFiles, ProgramLimits};
use foundation::provider::{ProviderError, ProviderFailure};

/// Address space in bytes: enough for a large model.
const MEMORY: u64 = 16 * 1024 * 1024 * 1024;
/// Maximum text in bytes.
const LONGEST_TEXT: u64 = 1024 * 1024;

/// A program that gets WAV (16 kHz, mono) on standard input and writes the text to standard output.
#[derive(Debug)]
pub struct SpeechCommand {
    program: String,
    args: Vec<String>,
    /// Files that it may read in addition to its own.
    files: Vec<PathBuf>,
    name: String,
    timeout: Duration,
}

impl SpeechCommand {
    /// `command` is the program and its arguments. A run may take `timeout`, or the length of the recording if that is
    /// longer. The program may read the system's files, its own, those named in its arguments, and `files`. It may
    /// write to a temporary folder, which is deleted at its end.
    #[must_use]
    pub fn new(command: &[String], files: &[PathBuf], timeout: Duration) -> Self {
        let (program, args) =
            command.split_first().map_or_else(Default::default, |(program, args)| (program.clone(), args.to_vec()));
        let name = Path::new(&program).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        // `--model=FILE` names one too.
        let values = args.iter().filter_map(|arg| arg.strip_prefix('-')?.split_once('=').map(|(_, value)| value));
        let bare = args.iter().map(String::as_str).filter(|arg| !arg.starts_with('-'));
        let named = bare.chain(values).map(PathBuf::from).filter(|path| path.parent().is_some());
        let files = named.chain(files.iter().cloned()).collect();
        Self { program, args, files, name, timeout }
    }

    async fn run(&self, sound: Pcm) -> Result<Transcript, ProviderError> {
        let duration = sound.duration();
        let wav = sound.encode(SoundFormat::Wav).map_err(|error| ProviderError::unavailable(NAME, error))?;
        let args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        let time = self.timeout.max(duration);
        let limits = ProgramLimits { time, memory: MEMORY, output: LONGEST_TEXT };
        // Where none can be made, as on a file system that cannot be written to, it goes without.
        let folder = tempfile::tempdir().ok();
        let write: Vec<PathBuf> = folder.iter().map(|folder| folder.path().to_owned()).collect();
        let files = ProgramFiles { read: &self.files, write: &write };
        let command = program::limited(&self.program, limits, files).map(|mut command| {
            command.envs(write.iter().map(|folder| ("TMPDIR", folder)));
            command
        });
        let output = program::run_command(command, &self.program, &args, &wav, limits).await;
        let output = output.map_err(|error| self.failed(error))?;
        let text = String::from_utf8(output).map_err(|error| ProviderError::unavailable(NAME, error))?;
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let whole = SpokenSegment { start: Duration::ZERO, end: duration, text: text.clone() };
        let segments = if text.is_empty() { Vec::new() } else { vec![whole] };
        Ok(Transcript { text, segments, language: None, duration })
    }

    fn failed(&self, error: ProgramError) -> ProviderError {
        let failure = match error {
            ProgramError::Missing(_) => ProviderFailure::NotConfigured {
                code: "speech_recognizer_not_installed",
                advice: format!(
                    "The program {} that recognises speech is not installed. Install it, or correct SPEECH_COMMAND.",
                    self.name
                ),
            },
            ProgramError::TookTooLong(_) => ProviderFailure::Timeout,
            error => ProviderFailure::Unavailable(Box::new(error)),
        };
        ProviderError::new(NAME, failure)
    }
}

impl Transcriber for SpeechCommand {
    fn transcribe(&self, sound: Pcm) -> BoxFuture<'_, Result<Transcript, ProviderError>> {
        self.run(sound).boxed()
    }

    fn listen(&self, sound: BoxStream<'static, Vec<i16>>) -> BoxStream<'_, Result<TranscriptEvent, ProviderError>> {
        whole::at_its_end(self, sound)
    }
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
