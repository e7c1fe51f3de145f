//! The `vision` function.

use shared::Context;
use shared::http::{Backend, serve};
use shared::library::Library;
use shared::vision::Vision;
use vision::State;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    let context = Context::from_env().await?;
    let config = context.config.clone();
    let library = Library::load(&context);
    let seeing = Vision::configured(&config).await?;
    let router = vision::router(State::new(context, seeing, library));
    lambda_http::run(serve(Backend::Services, router, &config.http)).await
}
