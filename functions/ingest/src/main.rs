//! The `ingest` function on Lambda.

#![recursion_limit = "256"]

use std::process::ExitCode;

use aws_lambda_events::event::sqs::SqsEvent;
use images::reading;
use ingest::App;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use search::embeddings::{Embedder, ModelConfig};
use shared::Context;

/// Batches that may wait for the model.
const QUEUE: usize = 16;

fn main() -> ExitCode {
    // PDF files are read in a child process, which is this executable again.
    foundation::worker::run("ingest", &[documents::pdf::WORKER], serve)
}

#[tokio::main]
async fn serve() -> Result<(), Error> {
    let context = Context::from_env().await?;
    let inference = &context.config.inference;
    let model = ModelConfig { dir: inference.model_dir.clone(), threads: inference.threads, queue: QUEUE };
    let reader = reading::configured(&context.config).await?.pages;
    let state = App::new(context.clone(), Some(Embedder::load(&model)?), reader)?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| {
        let state = state.clone();
        async move { Ok::<_, Error>(ingest::handle(state, event.payload).await.response) }
    }))
    .await
}
