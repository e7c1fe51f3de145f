//! `intellimaint`: the whole system in one process.

use std::process::ExitCode;

use clap::Parser;
use local::{Options, System, banner};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    // PDF files and recordings are read in child processes, which are this executable again.
    if let Some(ended) = foundation::worker::main(&[documents::pdf::WORKER, speech::audio::WORKER]) {
        return ended;
    }
    run()
}

#[tokio::main]
async fn run() -> ExitCode {
    let options = Options::parse();
    foundation::telemetry::init();
    foundation::worker::confine::log_what_is_in_force();
    let system = match System::start(options, &|name| std::env::var(name).ok()).await {
        Ok(system) => system,
        Err(error) => {
            eprintln!("intellimaint: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", banner(&system));
    asked_to_stop().await;
    println!("Stopping: finishing what is under way …");
    tokio::select! {
        () = system.stop() => ExitCode::SUCCESS,
        // Asked twice: what is cut off now goes on at the next start.
        () = asked_to_stop() => std::process::exit(130),
    }
}

/// Ctrl-C or SIGTERM.
async fn asked_to_stop() {
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
