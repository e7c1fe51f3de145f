//! The `user` function.

use shared::Context;
use shared::http::{Backend, serve};
use user::{App, router};

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    // Nobody else reads the secrets of this process.
    foundation::process::keep_private()?;
    let context = Context::from_env().await?;
    let config = context.config.clone();
    let state = App::new(context).await?;
    lambda_http::run(serve(Backend::Gateway, router(state), &config.http)).await
}
