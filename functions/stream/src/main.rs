//! The `stream` container.

use std::process::ExitCode;

use answers::assistant::Assistant;
use answers::library::Library;
use foundation::provider::Cause;
use images::Vision;
use shared::Context;
use speech::Speech;
use stream::App;

fn main() -> ExitCode {
    // The microphone is decoded in a child process, which is this executable again. Text on pictures is read by a
    // program that is started through it.
    foundation::worker::run("stream", &[speech::audio::WORKER], run)
}

#[tokio::main]
async fn run() -> Result<(), Cause> {
    let context = Context::from_env().await?;
    let library = Library::load(&context);
    // A container that is healthy answers at once.
    let _ = library.embedder().await;
    let assistant =
        Assistant::new(&context, library)?.with_vision(&context, Vision::configured(&context.config).await?);
    let speech = Speech::configured(&context.config).await?;
    stream::run(App::new(context, assistant, speech)).await?;
    Ok(())
}
