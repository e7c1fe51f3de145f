//! The `vision` function.

use std::process::ExitCode;

use answers::library::Library;
use images::Vision;
use shared::Context;
use shared::http::{Backend, serve};
use vision::App;

fn main() -> ExitCode {
    // Text on pictures is read by a program that is started through this executable.
    foundation::worker::run("vision", &[], run)
}

#[tokio::main]
async fn run() -> Result<(), lambda_http::Error> {
    let context = Context::from_env().await?;
    let config = context.config.clone();
    let library = Library::load(&context);
    let seeing = Vision::configured(&config).await?;
    let router = vision::router(App::new(context, seeing, library));
    lambda_http::run(serve(Backend::Services, router, &config.http)).await
}
