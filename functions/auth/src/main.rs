//! The `auth` function.

use auth::{App, router};
use shared::Context;
use shared::http::{Backend, serve};

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    // Nobody else reads the secrets of this process.
    foundation::process::keep_private()?;
    let context = Context::from_env().await?;
    // What verifies tokens elsewhere, before the first one is signed.
    context.sign_ins.tokens().publish().await?;
    let config = context.config.clone();
    let state = App::new(context).await?;
    lambda_http::run(serve(Backend::Gateway, router(state), &config.http)).await
}
