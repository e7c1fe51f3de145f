//! `intellimaint-admin`: what operators do to the data of a running system, by the rules of the library.
//!
//! It reads the environment of a function, and needs the rights of its caller. The scripts that call it find the system
//! in AWS and make that environment: `scripts/count`, `scripts/delete-user` and `scripts/restore`.

mod delete_user;
mod restore;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use foundation::config::{AwsConfig, Config};
use foundation::{aws, process, telemetry};
use shared::Context;
use shared::objects::Objects;
use shared::store::Store;

/// Works on the data of a running system, in the environment of its functions.
#[derive(Debug, Parser)]
#[command(name = "intellimaint-admin", version)]
struct Options {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Deletes a user and everything of theirs.
    DeleteUser {
        /// Their e-mail address or id.
        user: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Counts everything anew that administrators see figures of.
    Count,
    /// Answers the questions of `scripts/restore` and does what it asks: see `restore.rs`.
    Restore,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse().task).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", telemetry::causes(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn run(task: Task) -> Result<(), Box<dyn Error>> {
    // Nobody else reads the secrets of this process.
    process::keep_private()?;
    telemetry::init();
    match task {
        Task::DeleteUser { user, yes } => {
            let context = Context::new(Arc::new(Config::from_env().await?)).await;
            delete_user::run(&context, &user, yes).await?;
        }
        Task::Count => {
            let config = AwsConfig::from_env()?;
            let store = Store::new(&aws::sdk_config(&config).await, &config);
            eprintln!("Counting …");
            let users = store.recount().await?;
            eprintln!("What {users} users have is counted.");
        }
        Task::Restore => {
            let config = AwsConfig::from_env()?;
            let sdk = aws::sdk_config(&config).await;
            restore::run(Store::new(&sdk, &config), Objects::new(&sdk, &config)).await?;
        }
    }
    Ok(())
}
