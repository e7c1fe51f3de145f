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
    let library = Library::load(&context);
    let assistant = Assistant::new(&context, library)?.with_vision(&context, Vision::configured(&config).await?);
    let routes = chat::router(chat::State::new(context, assistant));
    let app = serve(Backend::Gateway, routes, &config.http);
    if config.http.response_streaming {
        lambda_http::run_with_streaming_response(app).await
    } else {
        lambda_http::run(app).await
    }
}
