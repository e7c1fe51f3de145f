//! What parent and child say to each other: arguments one way, messages the other.

use std::ffi::OsString;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::audio::AudioError;

/// What a child is to decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// A whole recording of so many bytes.
    Whole(usize),
    /// A recording that still arrives.
    Live,
}

/// A child's work and its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) input: Input,
    /// The longest recording that is taken.
    pub(crate) longest: Duration,
    /// Bytes of memory, those of the program not counted.
    pub(crate) memory: u64,
    /// Time for a whole recording; processor time for what arrives before any sound is heard.
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

    /// Nothing for other arguments.
    pub(crate) fn from_args(mut args: impl Iterator<Item = OsString>) -> Option<Self> {
        let input = args.next()?.into_string().ok()?;
        let input = if input == "live" { Input::Live } else { Input::Whole(input.parse().ok()?) };
        let mut number = || args.next()?.to_str()?.parse::<u64>().ok();
        let (longest, memory, time) = (number()?, number()?, number()?);
        Some(Self { input, longest: Duration::from_millis(longest), memory, time: Duration::from_millis(time) })
    }
}

/// What a child writes to its standard output: one JSON object a line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Message {
    /// So many bytes of sound follow the line: 16-bit little-endian samples.
    Sound { bytes: u32 },
    /// Nothing more can be heard.
    Failed { reason: AudioError },
    /// All has been heard.
    End,
}
