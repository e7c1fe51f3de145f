//! The `stream` container.

use std::process::ExitCode;

use shared::Context;
use shared::assistant::Assistant;
use shared::library::Library;
use shared::provider::Cause;
use shared::speech::{recognition, synthesis};
use stream::State;

fn main() -> ExitCode {
    // The microphone is decoded in a child process, which is this executable again.
    shared::worker::run("stream", run)
}

#[tokio::main]
async fn run() -> Result<(), Cause> {
    let context = Context::from_env().await?;
    let library = Library::load(&context);
    // A container that is healthy answers at once.
    let _ = library.embedder().await;
    let assistant = Assistant::new(&context, library)?;
    let transcriber = recognition::configured(&context.config).await?;
    let synthesizer = synthesis::configured(&context.config).await?;
    stream::run(State::new(context, assistant, transcriber, synthesizer)).await?;
    Ok(())
}
