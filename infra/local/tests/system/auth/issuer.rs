//! An `OpenID` Connect issuer with people who agree to everything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use openidconnect::core::{CoreJsonWebKeySet, CoreRsaPrivateSigningKey};
use openidconnect::{JsonWebKeyId, PkceCodeChallenge, PkceCodeVerifier, PrivateSigningKey};
use serde_json::{Value, json};

pub const CLIENT_ID: &str = "intellimaint-test";
pub const CLIENT_SECRET: &str = "a client secret: with / and +";
const KEYS: [&str; 2] = [include_str!("issuer_key.pem"), include_str!("other_key.pem")];

/// A running issuer.
#[derive(Clone)]
pub struct Issuer {
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    /// Codes that can be exchanged: the request they came from, and the claims.
    codes: HashMap<String, (HashMap<String, String>, Value)>,
    /// Which key signs, and which one is published.
    signing: usize,
    published: usize,
    discoveries: usize,
}

/// The query of an address.
pub fn query(url: &str) -> HashMap<String, String> {
    url::Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

impl Issuer {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Self { url, inner: Arc::default() };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    /// What the system must be told to use this issuer.
    pub fn variables(&self) -> [(&'static str, String); 3] {
        [
            ("GOOGLE_CLIENT_ID", CLIENT_ID.to_owned()),
            ("GOOGLE_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
            ("GOOGLE_ISSUER", self.url.clone()),
        ]
    }

    /// Somebody agrees at the address where the browser was sent; the code that it brings back.
    /// `claims` overrides what the token says.
    pub fn agree(&self, authorize_url: &str, claims: &Value) -> String {
        let request = query(authorize_url);
        let now = jiff::Timestamp::now().as_second();
        let mut said = json!({
            "iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 600, "nonce": request["nonce"],
            "email_verified": true, "given_name": "Grace", "family_name": "Hopper",
            "picture": "https://pictures.example/grace.png",
        });
        said.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        let code = foundation::ids::new_ulid();
        self.inner.lock().unwrap().codes.insert(code.clone(), (request, said));
        code
    }

    /// Signs with the key `signing` from now on, and publishes `published`.
    pub fn use_keys(&self, signing: usize, published: usize) {
        let mut inner = self.inner.lock().unwrap();
        (inner.signing, inner.published) = (signing, published);
    }

    /// How often its description was fetched.
    pub fn discoveries(&self) -> usize {
        self.inner.lock().unwrap().discoveries
    }
}

async fn discovery(State(issuer): State<Issuer>) -> Json<Value> {
    issuer.inner.lock().unwrap().discoveries += 1;
    let url = &issuer.url;
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

async fn keys(State(issuer): State<Issuer>) -> Json<CoreJsonWebKeySet> {
    let published = issuer.inner.lock().unwrap().published;
    let id = Some(JsonWebKeyId::new(format!("key-{published}")));
    let key = CoreRsaPrivateSigningKey::from_pem(KEYS[published], id).unwrap();
    Json(CoreJsonWebKeySet::new(vec![key.as_verification_key()]))
}

/// RFC 6749, section 4.1.3, and RFC 7636, section 4.6.
async fn token(
    State(issuer): State<Issuer>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({"error": error})));
    let basic = headers["authorization"].to_str().unwrap().strip_prefix("Basic ").unwrap();
    let basic = String::from_utf8(STANDARD.decode(basic).unwrap()).unwrap();
    let escape = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    if basic != format!("{}:{}", escape(CLIENT_ID), escape(CLIENT_SECRET)) {
        return (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_client"})));
    }
    let mut inner = issuer.inner.lock().unwrap();
    let Some((request, claims)) = inner.codes.remove(&form["code"]) else { return refused("invalid_grant") };
    let verifier = PkceCodeVerifier::new(form["code_verifier"].clone());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    let fits = request["code_challenge"] == challenge.as_str()
        && request["code_challenge_method"] == "S256"
        && request["redirect_uri"] == form["redirect_uri"]
        && request["client_id"] == CLIENT_ID
        && form["grant_type"] == "authorization_code";
    if !fits {
        return refused("invalid_grant");
    }
    let header = Header { kid: Some(format!("key-{}", inner.signing)), ..Header::new(Algorithm::RS256) };
    let key = EncodingKey::from_rsa_pem(KEYS[inner.signing].as_bytes()).unwrap();
    let id_token = jsonwebtoken::encode(&header, &claims, &key).unwrap();
    (
        StatusCode::OK,
        Json(json!({"access_token": "opaque", "token_type": "Bearer", "expires_in": 600, "id_token": id_token})),
    )
}
