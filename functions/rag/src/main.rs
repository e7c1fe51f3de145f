//! The `rag` function.

use answers::library::Library;
use rag::App;
use shared::Context;
use shared::http::{Backend, serve};

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    // Nobody else reads the secrets of this process.
    foundation::process::keep_private()?;
    let context = Context::from_env().await?;
    let config = context.config.clone();
    let library = Library::load(&context);
    let router = rag::router(App::new(context, library));
    lambda_http::run(serve(Backend::Services, router, &config.http)).await
}
