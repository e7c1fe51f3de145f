//! Variables stored in AWS Secrets Manager, as secrets that are JSON objects of names and values. A function is told
//! the names of the secrets that it needs.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use futures::future::try_join_all;

use super::reader::{Problem, Problems, Reader};
use super::{AwsConfig, variables};
use crate::aws;

/// The variables of the secrets that `SECRETS_ID` names; empty if it names none. If several secrets have the same
/// variable, the first wins.
pub(super) async fn read(environment: &dyn Fn(&str) -> Option<String>) -> Result<HashMap<String, String>, Problems> {
    let mut reader = Reader::new(environment);
    let ids = reader.list(&variables::SECRETS_ID);
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sdk = aws::sdk_config(&AwsConfig::read(&mut reader)).await;
    let problem = |reason| Problems(vec![Problem { name: variables::SECRETS_ID.name, reason }]);
    of_all(&sdk, &ids).await.map_err(problem)
}

async fn of_all(sdk: &SdkConfig, ids: &[String]) -> Result<HashMap<String, String>, String> {
    Ok(merged(try_join_all(ids.iter().map(|id| values(sdk, id))).await?))
}

/// If several secrets have the same variable, the first wins.
fn merged(secrets: Vec<HashMap<String, String>>) -> HashMap<String, String> {
    secrets.into_iter().rev().flatten().collect()
}

/// Error messages contain nothing of the secret.
async fn values(sdk: &SdkConfig, id: &str) -> Result<HashMap<String, String>, String> {
    let found = aws::secrets_manager(sdk).get_secret_value().secret_id(id).send().await;
    let found =
        found.map_err(|error| format!("names a secret, {id}, that cannot be read: {}", DisplayErrorContext(&error)))?;
    let text = found.secret_string().unwrap_or_default();
    serde_json::from_str(text).map_err(|_| format!("names a secret, {id}, that is no JSON object of texts"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::provider::test_server::{Server, aws_config, good, head, write};
    use serde_json::json;

    async fn read_from(server: &Server) -> Result<HashMap<String, String>, String> {
        let sdk = aws::at(&aws::sdk_config(&aws_config()).await, Some(&server.url));
        values(&sdk, "intellimaint/secrets").await
    }

    #[tokio::test]
    async fn one_secret_holds_many_variables() {
        let secret = json!({"TOKEN_SECRET": "0123456789abcdef0123456789abcdef", "OPENAI_API_KEY": "sk-1"}).to_string();
        let server = Server::start(vec![good(&json!({"Name": "x", "SecretString": secret}))]).await;
        let found = read_from(&server).await.unwrap();
        assert_eq!(found.get("OPENAI_API_KEY").map(String::as_str), Some("sk-1"));
        let seen = server.seen().remove(0);
        assert!(seen.head.contains("x-amz-target: secretsmanager.getsecretvalue"), "{}", seen.head);
        assert_eq!(seen.json(), json!({"SecretId": "intellimaint/secrets"}));
    }

    #[tokio::test]
    async fn all_secrets_that_are_named_are_read() {
        let server =
            Server::start(vec![good(&json!({"Name": "x", "SecretString": json!({"A": "1"}).to_string()}))]).await;
        let sdk = aws::at(&aws::sdk_config(&aws_config()).await, Some(&server.url));
        assert_eq!(of_all(&sdk, &["x".to_owned(), "y".to_owned()]).await.unwrap().len(), 1);
        let asked = |id| server.seen().iter().any(|seen| seen.json() == json!({"SecretId": id}));
        assert!(asked("x") && asked("y"));
    }

    #[test]
    fn of_a_variable_in_two_secrets_the_first_counts() {
        let secret = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let found = merged(vec![secret(&[("A", "1")]), secret(&[("A", "2"), ("B", "3")])]);
        assert_eq!(found, secret(&[("A", "1"), ("B", "3")]));
    }

    #[tokio::test]
    async fn what_is_wrong_is_told_without_the_secret() {
        for secret in ["hunter2-hunter2", r#"{"TOKEN_SECRET": ["hunter2"]}"#, ""] {
            let server = Server::start(vec![good(&json!({"SecretString": secret}))]).await;
            let error = read_from(&server).await.unwrap_err();
            assert!(error.contains("no JSON object") && !error.contains("hunter2"), "{error}");
        }
        let refusal = vec![
            head("400 Bad Request", "content-type: application/x-amz-json-1.1\r\n"),
            write(r#"{"__type": "ResourceNotFoundException", "Message": "there is none"}"#),
        ];
        let error = read_from(&Server::start(vec![refusal]).await).await.unwrap_err();
        assert!(error.contains("cannot be read") && error.contains("ResourceNotFoundException"), "{error}");
    }
}
