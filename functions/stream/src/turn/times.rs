//! How long a turn took, for the metrics and the log.

use std::time::{Duration, Instant};

use foundation::telemetry;

use super::Turn;
use crate::metrics::TurnReport;

/// When the first of the answer was sent.
#[derive(Default)]
pub(super) struct Times {
    pub(super) first_token: Option<Instant>,
    pub(super) first_audio: Option<Instant>,
}

impl Turn {
    /// Counts and logs the turn, which has ended.
    pub(super) fn log(&self, outcome: &'static str, times: &Times) {
        let since = |at: Option<Instant>| at.map(|at| at.duration_since(self.asked));
        let turn = TurnReport {
            outcome,
            recognised: self.recognised,
            first_token: since(times.first_token),
            first_audio: since(times.first_audio),
            total: self.asked.elapsed(),
        };
        self.parts.metrics.count(&turn);
        telemetry::count_turn(turn.total);
        telemetry::flush();
        let ms = |time: Option<Duration>| time.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        tracing::info!(
            request = %self.speaker.request,
            connection = %self.speaker.connection,
            user = %self.speaker.user,
            outcome,
            transcript_ms = ms(turn.recognised),
            first_token_ms = ms(turn.first_token),
            first_audio_ms = ms(turn.first_audio),
            total_ms = ms(Some(turn.total)),
            "turn"
        );
    }
}
