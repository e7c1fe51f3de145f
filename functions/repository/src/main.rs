//! The `repository` function on Lambda.

use std::process::ExitCode;

use repository::{App, router};
use shared::Context;
use shared::http::{Backend, serve};

fn main() -> ExitCode {
    // Pages are drawn in a child process, which is this executable again.
    foundation::worker::run("repository", &[documents::pdf::WORKER], run)
}

#[tokio::main]
async fn run() -> Result<(), lambda_http::Error> {
    let context = Context::from_env().await?;
    let config = context.config.clone();
    let state = App::new(context)?;
    lambda_http::run(serve(Backend::Gateway, router(state), &config.http)).await
}
