//! The `batches` function on Lambda.

use std::process::ExitCode;

use batches::{App, router};
use shared::Context;
use shared::http::{Backend, serve};

fn main() -> ExitCode {
    // PDF files are opened in a child process, which is this executable again.
    foundation::worker::run("batches", &[documents::pdf::WORKER], run)
}

#[tokio::main]
async fn run() -> Result<(), lambda_http::Error> {
    let context = Context::from_env().await?;
    let config = context.config.clone();
    let state = App::new(context)?;
    lambda_http::run(serve(Backend::Services, router(state), &config.http)).await
}
