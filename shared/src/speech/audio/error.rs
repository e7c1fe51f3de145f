//! Why a recording cannot be used, in words for the person who sent it.

use std::time::Duration;

use crate::http::ApiError;

/// Why a recording cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
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
            AudioError::TooLong { .. } | AudioError::TookTooLong => Self::payload_too_large(code, message),
            AudioError::Busy => Self::unavailable(code, message).retry_after(1),
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
