//! Functions without the token secret: they verify with public keys, and sign nothing.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use foundation::config::Config;
use foundation::public_keys::Purpose;
use http::{Request, StatusCode, header};
use shared::Context;
use shared::auth::{SignIns, TokenError, TokenSecret, Tokens};
use shared::http::{Backend, serve};
use tower::ServiceExt;

use crate::harness::{TOKEN_SECRET, TestSystem};

/// The same table and bucket, without the secret.
fn without_secret(system: &TestSystem) -> Context {
    let context = &system.system.context;
    let mut config = Config::clone(&context.config);
    config.auth.token_secret = None;
    config.auth.public_keys = Tokens::signing(&TokenSecret::new(TOKEN_SECRET.into())).public_keys();
    let sign_ins = SignIns::new(&config.auth, &context.sdk, context.store.clone());
    Context { config: Arc::new(config), sign_ins, ..context.clone() }
}

async fn list_documents(function: &Router, head: (header::HeaderName, String)) -> http::Response<Body> {
    let request = Request::get("/api/v1/repository/documents").header(head.0, head.1).body(Body::empty()).unwrap();
    function.clone().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn who_has_public_keys_signs_requests_in_and_makes_no_tokens() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let context = without_secret(&system);
    let state = repository::App::new(context.clone()).unwrap();
    let function = serve(Backend::Gateway, repository::router(state), &context.config.http);
    let bearer = |token: &str| (header::AUTHORIZATION, format!("Bearer {token}"));
    let access = user.token.clone().unwrap();
    assert_eq!(list_documents(&function, bearer(&access)).await.status(), StatusCode::OK);
    let refresh = user.refresh_token.clone().unwrap();
    assert_eq!(list_documents(&function, bearer(&refresh)).await.status(), StatusCode::UNAUTHORIZED);
    // A request that cannot renew is signed in by the refresh cookie; no new token is made.
    let cookies = (header::COOKIE, format!("access_token=expired; refresh_token={refresh}"));
    let renewed = list_documents(&function, cookies).await;
    assert_eq!(renewed.status(), StatusCode::OK);
    assert!(renewed.headers().get(header::SET_COOKIE).is_none());
    let signed = context.sign_ins.tokens().sign(Purpose::Access, serde_json::json!({}), 60);
    assert_eq!(signed, Err(TokenError::NoSigner));
    // The sign-in that ends, ends here at once too.
    user.post("/api/v1/auth/logout", serde_json::json!({"refreshToken": refresh})).await.data(200);
    assert_eq!(list_documents(&function, bearer(&access)).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_checks_codes_does_not_start_without_the_secret() {
    let system = TestSystem::start().await;
    let context = without_secret(&system);
    let refused = auth::App::new(context.clone()).await.unwrap_err();
    assert!(refused.to_string().contains("TOKEN_SECRET"), "{refused}");
    let refused = user::App::new(context).await.unwrap_err();
    assert!(refused.to_string().contains("TOKEN_SECRET"), "{refused}");
}
