//! Why a picture cannot be used, in words for the user who sent it.

use foundation::ApiError;

/// Why a picture cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The file is empty.
    #[error("This file is empty.")]
    Empty,
    /// It is something else or an unsupported format. Contains its name as the beginning of a sentence ("A HEIC
    /// picture").
    #[error("{0} cannot be read here. Please send a PNG, JPEG, WebP, GIF, BMP or TIFF picture.")]
    Unsupported(String),
    /// It begins like a picture, but the rest cannot be read.
    #[error("This picture is damaged or incomplete. Please take or export it again.")]
    Damaged,
    /// It has more pixels than the limit.
    #[error("This picture is too large: at most {most_megapixels} megapixels are accepted. Please scale it down.")]
    TooLarge {
        /// The limit in millions of pixels.
        most_megapixels: u64,
    },
}

impl PictureError {
    /// A stable error code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "picture_empty",
            Self::Unsupported(_) => "unsupported_picture_type",
            Self::Damaged => "picture_damaged",
            Self::TooLarge { .. } => "picture_too_large",
        }
    }
}

impl From<PictureError> for ApiError {
    fn from(error: PictureError) -> Self {
        let (code, message) = (error.code(), error.to_string());
        match error {
            PictureError::Empty | PictureError::Damaged => Self::bad_request(code, message),
            PictureError::Unsupported(_) => Self::unsupported_media_type(code, message),
            PictureError::TooLarge { .. } => Self::payload_too_large(code, message),
        }
    }
}
