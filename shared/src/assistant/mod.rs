//! From a question to a streamed answer that cites the manuals.

mod answer;
mod error;
mod question;

pub use answer::{Answer, AnswerEvent, Citation, Stage, TokenUsage};
pub use error::{AnswerError, Cause};
pub use question::{Image, Question, Role, Turn};
