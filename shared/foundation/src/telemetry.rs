//! Logs and metrics. There is one log subscriber per process, with text for people or JSON for log stores. Metrics go
//! through the [`metrics`] facade. On Lambda, and in the stream container, they are written to standard output in
//! `CloudWatch`'s embedded metric format.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use metrics::{Unit, counter, histogram};
use metrics_cloudwatch_embedded::{Builder, Collector};
use tracing_subscriber::EnvFilter;

/// Hides two sources of noise: the embedded `DynamoDB` warns whenever a condition does not hold, which is normal here
/// since locks work that way, and the model loader warns of a version that is tested.
const DEFAULT: &str = "info,dynoxide=error,tract_onnx=error";
/// The namespace in `CloudWatch`.
const NAMESPACE: &str = "IntelliMaint";

/// When this process started.
static BEGUN: OnceLock<Instant> = OnceLock::new();
/// Whether it has handled a request before.
static WARM: AtomicBool = AtomicBool::new(false);
static COLLECTOR: OnceLock<&'static Collector> = OnceLock::new();

/// Starts logging to standard error, as `RUST_LOG` and `LOG_FORMAT` say, and metrics, as `METRICS` says. Further calls
/// do nothing.
pub fn init() {
    BEGUN.get_or_init(Instant::now);
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // Failing means that a subscriber, or a collector, is there already, which is what was asked for.
    let _ = if is_set("LOG_FORMAT", "json") { builder.json().try_init() } else { builder.try_init() };
    if is_set("METRICS", "emf")
        && let Ok(collector) =
            Builder::new().cloudwatch_namespace(NAMESPACE).with_dimension("Function", function()).init()
    {
        describe();
        let _ = COLLECTOR.set(collector);
    }
}

fn is_set(variable: &str, value: &str) -> bool {
    std::env::var(variable).is_ok_and(|found| found == value)
}

/// The function's name in the metrics: the configured one, otherwise Lambda's, otherwise the program's.
fn function() -> String {
    let set = |variable: &str| std::env::var(variable).ok().filter(|name| !name.is_empty());
    let program = || Some(std::env::current_exe().ok()?.file_name()?.to_string_lossy().into_owned());
    let named = set("METRICS_FUNCTION").or_else(|| set("AWS_LAMBDA_FUNCTION_NAME"));
    named.or_else(program).unwrap_or_default()
}

/// On the first request of the process, how long start-up took; `None` on later ones.
#[must_use]
pub fn cold_start() -> Option<Duration> {
    let first = !WARM.swap(true, Ordering::Relaxed);
    BEGUN.get().filter(|_| first).map(Instant::elapsed)
}

fn describe() {
    metrics::describe_histogram!("RequestMs", Unit::Milliseconds, "From the request to the head of its response");
    metrics::describe_histogram!("ColdStartMs", Unit::Milliseconds, "From the start of the process to a request");
    metrics::describe_histogram!("RetrievalMs", Unit::Milliseconds, "One search of a user's manuals");
    metrics::describe_histogram!("TurnMs", Unit::Milliseconds, "One spoken turn, from the question to its end");
    metrics::describe_counter!("Tokens", Unit::Count, "Tokens of language models, read and written");
    metrics::describe_counter!("CheckedFigures", Unit::Count, "Values and codes of answers that were looked for");
    metrics::describe_counter!("UnverifiedFigures", Unit::Count, "Those that the cited pages do not bear out");
    metrics::describe_counter!("IngestPages", Unit::Count, "Pages made searchable");
    metrics::describe_counter!("ProviderErrors", Unit::Count, "Failed calls of outside services");
    metrics::describe_counter!("RefreshTokensReused", Unit::Count, "Sign-ins ended for a token that came back");
    metrics::describe_counter!("GuessesRefused", Unit::Count, "Passwords and codes not looked at, after too many");
    metrics::describe_counter!("WebhooksFailed", Unit::Count, "Events of the payment provider that were not taken");
}

/// Counts a request.
pub fn count_request(took: Duration, cold_start: Option<Duration>) {
    histogram!("RequestMs").record(milliseconds(took));
    if let Some(cold_start) = cold_start {
        histogram!("ColdStartMs").record(milliseconds(cold_start));
    }
}

/// Counts a search.
pub fn count_search(took: Duration) {
    histogram!("RetrievalMs").record(milliseconds(took));
}

/// Counts the tokens that an answer used.
pub fn count_tokens(tokens: u64) {
    counter!("Tokens").increment(tokens);
}

/// Counts the checked figures of an answer, and those that the cited pages do not confirm, by the model that wrote it.
pub fn count_figures(model: &str, checked: u32, unverified: usize) {
    let unverified = u64::try_from(unverified).unwrap_or(u64::MAX);
    counter!("CheckedFigures", "Model" => model.to_owned()).increment(u64::from(checked));
    counter!("UnverifiedFigures", "Model" => model.to_owned()).increment(unverified);
}

/// Counts the pages of a document that has become searchable.
pub fn count_pages(pages: u64) {
    counter!("IngestPages").increment(pages);
}

/// Counts a spoken turn.
pub fn count_turn(took: Duration) {
    histogram!("TurnMs").record(milliseconds(took));
}

/// Counts a sign-in that was revoked because a refresh token was reused.
pub fn count_reused_token() {
    counter!("RefreshTokensReused").increment(1);
}

/// Counts a password or code that was not checked because there had been too many wrong ones.
pub fn count_refused_guess() {
    counter!("GuessesRefused").increment(1);
}

/// Counts a webhook event of the payment provider that could not be processed.
pub fn count_failed_webhook() {
    counter!("WebhooksFailed").increment(1);
}

pub(crate) fn count_provider_error() {
    counter!("ProviderErrors").increment(1);
}

/// An error with its chain of causes, for the log. The error's own text is meant for users.
#[must_use]
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Flushes the metrics. Call it at the end of each piece of work, because Lambda then freezes the process.
pub fn flush() {
    if let Some(collector) = COLLECTOR.get()
        && let Err(error) = collector.flush(std::io::stdout())
    {
        tracing::warn!(%error, "figures could not be written");
    }
}
