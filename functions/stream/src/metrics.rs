//! Metrics for operators in the text format of Prometheus
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The outcome and latencies of a turn.
#[derive(Debug, Clone)]
pub(crate) struct TurnReport {
    /// The outcome: `answered`, `interrupted`, `failed` …
    pub(crate) outcome: &'static str,
    /// From the end of speech to its transcript.
    pub(crate) recognised: Option<Duration>,
    /// From the question to the first token.
    pub(crate) first_token: Option<Duration>,
    /// From the question to the first sound.
    pub(crate) first_audio: Option<Duration>,
    /// From the question to the end.
    pub(crate) total: Duration,
}

/// Counts turns. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metrics(Arc<Mutex<Totals>>);

#[derive(Debug, Default)]
struct Totals {
    turns: BTreeMap<&'static str, u64>,
    latencies: BTreeMap<&'static str, (u64, f64)>,
}

impl Metrics {
    pub(crate) fn count(&self, turn: &TurnReport) {
        let mut figures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *figures.turns.entry(turn.outcome).or_default() += 1;
        let stages = [
            ("transcript", turn.recognised),
            ("first_token", turn.first_token),
            ("first_audio", turn.first_audio),
            ("total", Some(turn.total)),
        ];
        for (stage, time) in stages {
            if let Some(time) = time {
                let (count, sum) = figures.latencies.entry(stage).or_default();
                *count += 1;
                *sum += time.as_secs_f64();
            }
        }
    }

    /// All metrics, including the numbers of open connections for voice and for chat.
    pub(crate) fn text(&self, voice: usize, chat: usize) -> String {
        let figures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::from("# TYPE stream_connections gauge\n");
        let _ = writeln!(text, "stream_connections {voice}\n# TYPE chat_connections gauge\nchat_connections {chat}");
        text.push_str("# TYPE stream_turns_total counter\n");
        for (outcome, count) in &figures.turns {
            let _ = writeln!(text, "stream_turns_total{{outcome=\"{outcome}\"}} {count}");
        }
        text.push_str("# TYPE stream_turn_seconds summary\n");
        for (stage, (count, sum)) in &figures.latencies {
            let _ = writeln!(text, "stream_turn_seconds_count{{stage=\"{stage}\"}} {count}");
            let _ = writeln!(text, "stream_turn_seconds_sum{{stage=\"{stage}\"}} {sum:.3}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_and_their_times_are_counted() {
        let metrics = Metrics::default();
        let half = Duration::from_millis(500);
        let turn = TurnReport {
            outcome: "answered",
            recognised: None,
            first_token: Some(half),
            first_audio: None,
            total: half,
        };
        metrics.count(&turn);
        metrics.count(&turn);
        let text = metrics.text(3, 7);
        for line in [
            "stream_connections 3",
            "chat_connections 7",
            "stream_turns_total{outcome=\"answered\"} 2",
            "stream_turn_seconds_count{stage=\"first_token\"} 2",
            "stream_turn_seconds_sum{stage=\"total\"} 1.000",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
        assert!(!text.contains("first_audio"));
    }
}
