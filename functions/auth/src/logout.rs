//! `GET` and `POST /auth/logout`

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use foundation::ApiError;
use http::{HeaderMap, Method, StatusCode, header};
use shared::Context;
use shared::access::CurrentUser;
use shared::auth::{REFRESH_COOKIE, read_cookies};
use shared::http::ok;

use crate::App;
use crate::tokens::{Cookies, clear};

/// Signs out whoever this is, if anybody, and always clears the cookies. The frontend comes here by
/// navigation and is sent on to its sign-in page.
pub async fn logout(
    State(state): State<App>,
    Extension(cookies): Cookies,
    method: Method,
    headers: HeaderMap,
    user: Result<Option<CurrentUser>, ApiError>,
) -> Response {
    let context = &state.context;
    revoke(context, &headers, user.ok().flatten()).await;
    // After the extractors: a renewed access token must not outlast the sign-out.
    clear(context, &cookies);
    if method == Method::POST || wants_json(&headers) {
        return ok("You are signed out.", ()).into_response();
    }
    (StatusCode::FOUND, [(header::LOCATION, format!("{}/login", context.config.http.frontend_url))]).into_response()
}

async fn revoke(context: &Context, headers: &HeaderMap, user: Option<CurrentUser>) {
    let refresh = read_cookies(headers, REFRESH_COOKIE);
    let refresh = refresh.into_iter().filter_map(|token| context.sign_ins.named_by(token));
    let by_access = user.map(|user| (user.id, user.sign_in));
    let named = refresh.chain(by_access);
    for (user, sign_in) in named {
        // The cookies go either way; a sign-in that could not be ended ends by its lifetime.
        if let Err(error) = context.store.revoke_sign_in(&user, &sign_in).await {
            tracing::error!(%error, %user, %sign_in, "a sign-in could not be revoked at sign-out");
        }
    }
}

fn wants_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    let mut types =
        accepted.flat_map(|value| value.split(',')).map(|kind| kind.split(';').next().unwrap_or_default().trim());
    types.any(|kind| kind.eq_ignore_ascii_case("application/json"))
}
