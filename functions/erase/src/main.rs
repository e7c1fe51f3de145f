//! The `erase` function on Lambda.

use aws_lambda_events::event::sqs::SqsEvent;
use erase::App;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::Context;

#[tokio::main]
async fn main() -> Result<(), Error> {
    // Nobody else reads the secrets of this process.
    foundation::process::keep_private()?;
    let state = App::new(Context::from_env().await?);
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| {
        let state = state.clone();
        async move { Ok::<_, Error>(erase::handle(state, event.payload).await) }
    }))
    .await
}
