//! The whole of `IntelliMaint` in one process.
//!
//! Gateway, services, an embedded `DynamoDB` and S3, and the pumps that hand S3's events to `ingest` and
//! `erase`, as SQS does in the cloud. The functions run the same code as there, through the same AWS SDK.

mod banner;
mod calls;
mod deletions;
mod free_port;
mod functions;
mod options;
mod pump;
mod server;
mod storage;
mod stripe;
mod system;
mod turns;

pub use banner::banner;
pub use free_port::free_port;
pub use options::{Options, Ports};
pub use stripe::LocalStripe;
pub use system::{StartError, System};
