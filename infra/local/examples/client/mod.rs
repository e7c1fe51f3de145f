//! A user of a running system, for the benchmarks.

use std::time::Duration;

use serde_json::{Value, json};

/// A user who is signed in.
pub struct Client {
    pub http: reqwest::Client,
    /// The gateway's `/api/v1`.
    pub api: String,
    pub token: String,
}

impl Client {
    /// Signs up, with the code out of the mail folder.
    pub async fn sign_up(gateway: &str, mail: &str) -> Self {
        let http = foundation::outbound::builder().timeout(Duration::from_mins(2)).build().unwrap();
        let mut client = Self { http, api: format!("{gateway}/api/v1"), token: String::new() };
        let email = format!("bench-{}@example.com", foundation::ids::new_ulid().to_lowercase());
        let person = json!({"email": email, "password": "correct horse", "confirmPassword": "correct horse",
            "role": "civilian", "firstName": "Bench", "lastName": "Mark", "company": ""});
        client.post("auth/register", person).await;
        let mut mails: Vec<_> = std::fs::read_dir(mail).unwrap().map(|entry| entry.unwrap().path()).collect();
        mails.sort();
        let text = std::fs::read_to_string(mails.last().unwrap()).unwrap();
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() == 6);
        let code = words.find(|word| word.bytes().all(|b| b.is_ascii_digit())).unwrap();
        client.post("auth/verify-otp", json!({"email": email, "otp": code})).await;
        let data = client.post("auth/login", json!({"email": email, "password": "correct horse"})).await;
        data["accessToken"].as_str().unwrap().clone_into(&mut client.token);
        client
    }

    /// The `data` of an answer.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}/{path}", self.api)).bearer_auth(&self.token).json(&body);
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        answer.json::<Value>().await.unwrap()["data"].clone()
    }

    /// An answer.
    pub async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}/{path}", self.api)).bearer_auth(&self.token);
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    /// Uploads a manual and waits until it is ready.
    pub async fn upload(&self, manual: &str) {
        let bytes = std::fs::read(manual).unwrap();
        let wish = json!({"fileName": "manual.pdf", "fileSize": bytes.len(), "contentType": "application/pdf"});
        let data = self.post("repository/uploads", wish).await;
        let put = self.http.put(data["upload"]["url"].as_str().unwrap()).header("Content-Type", "application/pdf");
        put.body(bytes).send().await.unwrap().error_for_status().unwrap();
        let path = format!("repository/documents/{}", data["document"]["id"].as_str().unwrap());
        while self.get(&path).await["data"]["status"] != "ready" {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}
