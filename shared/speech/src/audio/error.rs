//! Why a recording cannot be used, in words for the user who sent it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use foundation::ApiError;

/// Why a recording cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioError {
    /// It is empty or contains no sound.
    #[error("The recording is empty.")]
    Empty,
    /// It is not a recording, or its format is not supported.
    #[error("This is not a recording that can be read. Please send WebM, Ogg, WAV, MP3, M4A, FLAC or AIFF.")]
    Unsupported,
    /// It begins like a recording, but the rest cannot be read.
    #[error("This recording is damaged or incomplete. Please record it again.")]
    Damaged,
    /// It is longer than the limit.
    #[error("This recording is too long: at most {} are taken.", spoken_limit(*limit))]
    TooLong {
        /// The limit.
        limit: Duration,
    },
    /// Decoding exceeded the time limit.
    #[error("Reading this recording took too long. Please send a shorter one.")]
    TookTooLong,
    /// Decoding needs more memory than any valid recording.
    #[error("Reading this recording needs too much memory. Please record or export it again.")]
    NeedsTooMuchMemory,
    /// The program that decodes recordings could not be started or was killed from outside. A retry may help.
    #[error("Recordings cannot be read at the moment. Please try again.")]
    Unavailable,
    /// Too many recordings are being decoded or waiting. A retry may help.
    #[error("Too many recordings are being read at the moment. Please try again.")]
    Busy,
}

impl AudioError {
    /// A stable error code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "audio_empty",
            Self::Unsupported => "unsupported_audio_type",
            Self::Damaged => "audio_damaged",
            Self::TooLong { .. } => "audio_too_long",
            Self::TookTooLong => "audio_took_too_long",
            Self::NeedsTooMuchMemory => "audio_needs_too_much_memory",
            Self::Unavailable => "audio_reader_unavailable",
            Self::Busy => "audio_busy",
        }
    }
}

impl From<AudioError> for ApiError {
    fn from(error: AudioError) -> Self {
        let (code, message) = (error.code(), error.to_string());
        match error {
            AudioError::Empty | AudioError::Damaged => Self::bad_request(code, message),
            AudioError::Unsupported => Self::unsupported_media_type(code, message),
            AudioError::TooLong { .. } | AudioError::TookTooLong | AudioError::NeedsTooMuchMemory => {
                Self::payload_too_large(code, message)
            }
            AudioError::Busy | AudioError::Unavailable => Self::unavailable(code, message).retry_after(1),
        }
    }
}

fn spoken_limit(limit: Duration) -> String {
    match limit.as_secs() {
        1 => "one second".to_owned(),
        60 => "one minute".to_owned(),
        seconds if seconds >= 60 && seconds % 60 == 0 => format!("{} minutes", seconds / 60),
        seconds => format!("{seconds} seconds"),
    }
}
