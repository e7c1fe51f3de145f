//! The `asr` function.

use std::process::ExitCode;

use asr::App;
use shared::Context;
use shared::http::{Backend, serve};
use speech::Speech;

fn main() -> ExitCode {
    // Recordings are decoded in a child process, which is this executable again.
    foundation::worker::run("asr", &[speech::audio::WORKER], run)
}

#[tokio::main]
async fn run() -> Result<(), lambda_http::Error> {
    let context = Context::from_env().await?;
    let config = context.config.clone();
    let speech = Speech::configured(&config).await?;
    let router = asr::router(App::new(context, speech));
    lambda_http::run(serve(Backend::Services, router, &config.http)).await
}
