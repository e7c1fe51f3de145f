//! Chat sessions and streamed answers as a Lambda function.

use shared::Context;
use shared::assistant::Assistant;
use shared::http::{Backend, serve};
use shared::library::Library;
use shared::vision::Vision;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    let context = Context::from_env().await?;
    let config = context.config.clone();
    let library = Library::load(&context).await;
    let assistant = Assistant::new(&context, library)?.with_vision(&context, Vision::configured(&config).await?);
    let routes = chat::router(chat::State::new(context, assistant));
    let routes = serve(Backend::Gateway, routes, &config.http);
    if std::env::var("RESPONSE_STREAMING").is_ok_and(|value| value == "false") {
        return lambda_http::run(routes).await;
    }
    lambda_http::run_with_streaming_response(routes).await
}
