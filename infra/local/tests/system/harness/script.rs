//! The scripts for an operator, run against a system's storage.

use std::process::Command;

use foundation::need::Needed;
use secrecy::ExposeSecret;

use super::{TOKEN_SECRET, TestSystem};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// What the scripts need.
pub const BOTO3: Needed<'static> = Needed::PythonPackage("boto3");

/// Runs a script: whether it ended well, and what it said.
pub async fn run_script(
    script: &str,
    system: &TestSystem,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> (bool, String) {
    let aws = &system.system.context.config.aws;
    let (key, secret) = aws.credentials.clone().unwrap();
    let mut command = Command::new(format!("{ROOT}/scripts/{script}"));
    command.args(["--table", &aws.table, "--bucket", &aws.bucket]).args(arguments);
    command.env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", secret.expose_secret());
    command.env("AWS_REGION", "us-east-1").env("AWS_DEFAULT_REGION", "us-east-1");
    command.env("AWS_ENDPOINT_URL_DYNAMODB", &system.system.dynamodb_url);
    command.env("AWS_ENDPOINT_URL_S3", &system.system.s3_url);
    command.env("TOKEN_SECRET", TOKEN_SECRET);
    command.envs(variables.iter().copied());
    // The storage answers on this thread.
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert!(output.stdout.is_empty());
    (output.status.success(), String::from_utf8(output.stderr).unwrap())
}
