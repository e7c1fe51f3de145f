//! Chat sessions and streamed answers as a Lambda function.

use std::process::ExitCode;

use answers::assistant::Assistant;
use answers::library::Library;
use images::Vision;
use shared::Context;
use shared::http::{Backend, serve};

fn main() -> ExitCode {
    // Text on pictures is read by a program that is started through this executable.
    foundation::worker::run("chat", &[], run)
}

#[tokio::main]
async fn run() -> Result<(), lambda_http::Error> {
    let context = Context::from_env().await?;
    let config = context.config.clone();
    let library = Library::load(&context);
    let assistant = Assistant::new(&context, library)?.with_vision(&context, Vision::configured(&config).await?);
    let routes = chat::router(chat::App::new(context, assistant));
    let app = serve(Backend::Gateway, routes, &config.http);
    if config.http.response_streaming {
        lambda_http::run_with_streaming_response(app).await
    } else {
        lambda_http::run(app).await
    }
}
