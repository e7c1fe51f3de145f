//! A client of the system, signed in or not.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::{TestSystem, eventually};

/// A client; with a bearer token once it is signed in.
#[derive(Clone)]
pub struct TestUser {
    pub client: Client,
    pub gateway: String,
    pub services: String,
    pub email: String,
    pub password: String,
    pub id: String,
    pub token: Option<String>,
    pub refresh_token: Option<String>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text))
    }

    /// The envelope's payload of an answer that must have `status`.
    pub fn data(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()["data"].clone()
    }

    /// The machine-readable code of an error that must have `status`.
    pub fn code(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()["code"].as_str().expect("a code").to_owned()
    }

    /// All `Set-Cookie` values.
    pub fn cookies(&self) -> Vec<String> {
        self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    }
}

/// Sends a request until its rate limit refuses it, which must happen: `limit` of them are let through in a minute.
/// Checks when the refusal allows the next.
pub async fn refused_beyond(limit: usize, send: impl AsyncFn() -> Answer) -> Answer {
    // Two windows of the limit may meet in the middle of the loop.
    for _ in 0..=2 * limit {
        let answer = send().await;
        if answer.status == 429 {
            let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
            assert!((1..=60).contains(&seconds), "{seconds}");
            return answer;
        }
    }
    panic!("nothing is refused");
}

impl TestUser {
    pub fn visitor(system: &TestSystem) -> Self {
        Self::at(&system.system.gateway_url, &system.system.services_url)
    }

    /// A client without a sign-in, of the backends at these addresses.
    pub fn at(gateway: &str, services: &str) -> Self {
        let client = foundation::outbound::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_mins(2))
            .connect_timeout(Duration::from_mins(1));
        Self {
            client: client.build().unwrap(),
            gateway: gateway.to_owned(),
            services: services.to_owned(),
            email: format!("{}@example.com", foundation::ids::new_ulid().to_lowercase()),
            password: "correct horse".to_owned(),
            id: String::new(),
            token: None,
            refresh_token: None,
        }
    }

    pub async fn sign_up(system: &TestSystem) -> Self {
        let mut user = Self::visitor(system);
        user.register(|address| system.code(address)).await;
        user
    }

    /// Signs up with the code that `code` finds in the mail, and signs in.
    pub async fn register(&mut self, code: impl Fn(&str) -> String) {
        let answer = self.post("/api/v1/auth/register", self.registration()).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let otp = code(&self.email);
        let answer = self.post("/api/v1/auth/verify-otp", json!({"email": self.email, "otp": otp})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        self.sign_in().await;
    }

    /// The body of a sign-up.
    pub fn registration(&self) -> Value {
        json!({
            "email": self.email, "password": self.password, "confirmPassword": self.password,
            "role": "civilian", "firstName": "Ada", "lastName": "Moss", "company": "",
        })
    }

    /// Signs in with the password and keeps the tokens.
    pub async fn sign_in(&mut self) {
        let data =
            self.post("/api/v1/auth/login", json!({"email": self.email, "password": self.password})).await.data(200);
        self.id = data["id"].as_str().unwrap().to_owned();
        self.token = Some(data["accessToken"].as_str().unwrap().to_owned());
        self.refresh_token = Some(data["refreshToken"].as_str().unwrap().to_owned());
    }

    /// A request to either backend, by the family of its path.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let family = path.strip_prefix("/api/v1/").and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
        let base = match family {
            "asr" | "vision" | "rag" | "extract" | "batches" | "stream" => &self.services,
            _ => &self.gateway,
        };
        let request = self.client.request(method, format!("{base}{path}"));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.expect("a whole answer"),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// Uploads a PDF by presigned PUT; the document's id.
    pub async fn upload(&self, name: &str, bytes: Vec<u8>) -> String {
        let wish = json!({"fileName": name, "fileSize": bytes.len(), "contentType": "application/pdf"});
        let data = self.post("/api/v1/repository/uploads", wish).await.data(201);
        assert_eq!(data["upload"]["type"], "single");
        let mut put = self.client.put(data["upload"]["url"].as_str().unwrap()).body(bytes);
        for (name, value) in data["upload"]["headers"].as_object().unwrap() {
            put = put.header(name, value.as_str().unwrap());
        }
        let answer = self.send(put).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        data["document"]["id"].as_str().unwrap().to_owned()
    }

    /// Waits until a document is `ready` or `failed`, and gives it.
    pub async fn settled(&self, document: &str) -> Value {
        self.settled_within(180, document).await
    }

    /// Like [`Self::settled`], with a timeout in seconds.
    pub async fn settled_within(&self, seconds: u64, document: &str) -> Value {
        let path = format!("/api/v1/repository/documents/{document}");
        eventually(seconds, "the document settles", async || {
            let data = self.get(&path).await.data(200);
            matches!(data["status"].as_str(), Some("ready" | "failed")).then_some(data)
        })
        .await
    }

    /// Uploads a PDF and waits until it is ready; the document's id.
    pub async fn upload_ready(&self, name: &str, bytes: Vec<u8>) -> String {
        let id = self.upload(name, bytes).await;
        let document = self.settled(&id).await;
        assert_eq!(document["status"], "ready", "{document}");
        id
    }
}
