//! The `admin` function on Lambda.

use admin::{App, router};
use shared::Context;
use shared::http::{Backend, serve};

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    // Nobody else reads the secrets of this process.
    foundation::process::keep_private()?;
    let context = Context::from_env().await?;
    let config = context.config.clone();
    lambda_http::run(serve(Backend::Gateway, router(App::new(context)), &config.http)).await
}
