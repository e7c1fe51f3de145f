//! The protocol between parent and child: arguments in one direction, messages in the other.

use std::ffi::OsString;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::audio::AudioError;

/// The input of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// A whole recording of this many bytes.
    Whole(usize),
    /// A recording that is still arriving.
    Live,
}

/// The job of a child, with its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) input: Input,
    /// Maximum length of the recording.
    pub(crate) longest: Duration,
    /// Memory in bytes, in addition to that of the program.
    pub(crate) memory: u64,
    /// Time for a whole recording; for an arriving one, processor time before any sound is decoded.
    pub(crate) time: Duration,
}

impl Job {
    /// The arguments of a child.
    pub(crate) fn to_args(self) -> [String; 4] {
        let input = match self.input {
            Input::Whole(bytes) => bytes.to_string(),
            Input::Live => "live".to_owned(),
        };
        [input, self.longest.as_millis().to_string(), self.memory.to_string(), self.time.as_millis().to_string()]
    }

    /// Parses [`Self::to_args`]; `None` for any other arguments.
    pub(crate) fn from_args(mut args: impl Iterator<Item = OsString>) -> Option<Self> {
        let input = args.next()?.into_string().ok()?;
        let input = if input == "live" { Input::Live } else { Input::Whole(input.parse().ok()?) };
        let mut number = || args.next()?.to_str()?.parse::<u64>().ok();
        let (longest, memory, time) = (number()?, number()?, number()?);
        Some(Self { input, longest: Duration::from_millis(longest), memory, time: Duration::from_millis(time) })
    }
}

/// A message on the child's standard output: one JSON object per line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Message {
    /// This many bytes of sound follow the line: 16-bit little-endian samples.
    Sound { bytes: u32 },
    /// Decoding failed.
    Failed { reason: AudioError },
    /// The recording has ended.
    End,
}
