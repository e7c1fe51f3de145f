//! What can be chosen about a local system.

use std::path::PathBuf;

use clap::{Args, Parser};
use search::embeddings::Embedder;

/// The whole of `IntelliMaint` in one process.
#[derive(Debug, Clone, Parser)]
#[command(name = "intellimaint", version)]
pub struct Options {
    /// Folder for everything that is kept: tables, files, mail, secrets.
    #[arg(long, env = "INTELLIMAINT_DATA_DIR", default_value = ".local")]
    pub data_dir: PathBuf,

    /// Keep nothing: tables in memory, files and mail in a temporary folder.
    #[arg(long, env = "INTELLIMAINT_IN_MEMORY")]
    pub in_memory: bool,

    /// Run only the storage and the event pump; the functions run elsewhere (`scripts/watch`).
    #[arg(long, value_name = "URL", env = "INTELLIMAINT_FUNCTIONS_AT")]
    pub functions_at: Option<String>,

    /// Let people pay, at a stand-in for Stripe on this machine that moves no money. Everybody begins with the plan of
    /// `DEFAULT_PLAN` then (`free`), else with the largest.
    #[arg(long)]
    pub stripe: bool,

    /// A file to which every kind of call that a function makes to the table and the bucket is added.
    #[arg(long, value_name = "FILE")]
    pub record_calls: Option<PathBuf>,

    /// The embedding model, if it is loaded already; otherwise the configured one is loaded.
    #[arg(skip)]
    pub embedder: Option<Embedder>,

    /// Ports.
    #[command(flatten)]
    pub ports: Ports,
}

/// Where each part listens. Port 0 takes any free one.
#[derive(Debug, Clone, Args)]
pub struct Ports {
    /// Address of gateway and services; the embedded storage stays on the loopback address.
    #[arg(long, env = "INTELLIMAINT_HOST", default_value = "127.0.0.1")]
    pub host: String,
    /// Gateway.
    #[arg(long, env = "GATEWAY_PORT", default_value_t = 3000)]
    pub gateway_port: u16,
    /// Services.
    #[arg(long, env = "SERVICES_PORT", default_value_t = 8000)]
    pub services_port: u16,
    /// Embedded `DynamoDB`.
    #[arg(long, env = "DYNAMODB_PORT", default_value_t = 9101)]
    pub dynamodb_port: u16,
    /// Embedded S3.
    #[arg(long, env = "S3_PORT", default_value_t = 9102)]
    pub s3_port: u16,
    /// Stand-in for Stripe.
    #[arg(long, env = "STRIPE_PORT", default_value_t = 9103)]
    pub stripe_port: u16,
}

impl Options {
    /// A system that keeps nothing and listens on free ports: for tests.
    #[must_use]
    pub fn throw_away() -> Self {
        let host = "127.0.0.1".to_owned();
        Self {
            data_dir: PathBuf::new(),
            in_memory: true,
            functions_at: None,
            stripe: false,
            record_calls: None,
            embedder: None,
            ports: Ports { host, gateway_port: 0, services_port: 0, dynamodb_port: 0, s3_port: 0, stripe_port: 0 },
        }
    }
}
