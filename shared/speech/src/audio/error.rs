//! Why a recording cannot be used, in words for the person who sent it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use foundation::ApiError;

/// Why a recording cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioError {
    /// It has no bytes, or no sound in it.
    #[error("The recording is empty.")]
    Empty,
    /// It is no recording, or one in a format that cannot be read.
    #[error("This is not a recording that can be read. Please send WebM, Ogg, WAV, MP3, M4A, FLAC or AIFF.")]
    Unsupported,
    /// It starts like a recording, but what follows cannot be read.
    #[error("This recording is damaged or incomplete. Please record it again.")]
    Damaged,
    /// It sounds longer than the limit.
    #[error("This recording is too long: at most {} are taken.", spoken_limit(*limit))]
    TooLong {
        /// The limit.
        limit: Duration,
    },
    /// Reading it did not end within the time limit.
    #[error("Reading this recording took too long. Please send a shorter one.")]
    TookTooLong,
    /// Reading it needs more memory than any real recording does.
    #[error("Reading this recording needs too much memory. Please record or export it again.")]
    NeedsTooMuchMemory,
    /// The program that reads recordings could not be run, or was ended from outside: worth another try.
    #[error("Recordings cannot be read at the moment. Please try again.")]
    Unavailable,
    /// As many recordings as can be read at the same time are being read, and as many as may wait
    /// are waiting: worth another try.
    #[error("Too many recordings are being read at the moment. Please try again.")]
    Busy,
}

impl AudioError {
    /// A stable name for programs.
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
