//! Addresses as frontends write them: repeated slashes, and what is wrong with an address that leads nowhere.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::uri::PathAndQuery;
use http::{StatusCode, Uri, header};

use super::Backend;
use foundation::ApiError;

/// What all routes begin with.
const PREFIX: &str = "/api/v1/";

/// The path of a request as it was sent, where it had repeated slashes.
#[derive(Debug, Clone)]
pub(super) struct Repeated(String);

/// The same request with one slash for several in its path. A base address that ends with a slash doubles it.
pub(super) fn single_slashes(mut request: Request) -> Request {
    let uri = request.uri();
    if !uri.path().contains("//") {
        return request;
    }
    let sent = uri.path().to_owned();
    let mut path = String::with_capacity(sent.len());
    for character in sent.chars() {
        if character != '/' || !path.ends_with('/') {
            path.push(character);
        }
    }
    if let Some(query) = uri.query() {
        path.push('?');
        path.push_str(query);
    }
    let mut parts = uri.clone().into_parts();
    let Ok(single) = path.parse::<PathAndQuery>() else { return request };
    parts.path_and_query = Some(single);
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
        request.extensions_mut().insert(Repeated(sent));
    }
    request
}

/// The answer to a request for which this process has no route; `is_here` says of which families it has some.
pub(super) fn unknown(
    backend: Backend,
    uri: &Uri,
    repeated: Option<&Repeated>,
    is_here: impl Fn(&str) -> bool,
) -> Response {
    let family = family(uri.path());
    // API Gateway routes by the path as it was sent, so it takes the function of another family for this one.
    if let Some(Repeated(sent)) = repeated
        && Backend::of_family(family) == Some(backend)
        && !is_here(family)
    {
        return (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, way(sent, uri))]).into_response();
    }
    ApiError::no_such_path(explanation(backend, uri.path())).into_response()
}

/// The family of a path or of a route; empty where it does not begin as all do.
pub(super) fn family(path: &str) -> &str {
    path.strip_prefix(PREFIX).map_or("", first_part)
}

fn first_part(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

/// How to get from the path that was sent to `uri`, without what comes before all paths: the name of a stage.
fn way(sent: &str, uri: &Uri) -> String {
    let target = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let depth = sent.matches('/').count().saturating_sub(1);
    format!("{}{}", "../".repeat(depth), target.trim_start_matches('/'))
}

/// Why there is nothing at a path: which variable of the frontend is wrong, as far as the path tells.
fn explanation(backend: Backend, path: &str) -> String {
    let prefixed = path.strip_prefix(PREFIX);
    let doubled = prefixed.and_then(|rest| rest.strip_prefix("api/v1/"));
    let family = first_part(doubled.or(prefixed).unwrap_or(path.trim_start_matches('/')));
    let owner = Backend::of_family(family);
    let what = match (owner, prefixed, doubled) {
        _ if family == "socket.io" => {
            return "Socket.IO is not served here: NEXT_PUBLIC_GATEWAY_URL must name the host that serves /socket.io/"
                .to_owned();
        }
        (_, _, Some(_)) => "has /api/v1 twice",
        (Some(_), None, _) => "lacks /api/v1",
        (Some(other), ..) if other != backend => {
            let (other, this) = (other.name(), backend.name());
            return format!("/api/v1/{family} is served by the {other} backend, not by the {this}");
        }
        _ => return "There is nothing at this address".to_owned(),
    };
    let rule = match owner.unwrap_or(backend) {
        _ if family == "stream" => "NEXT_PUBLIC_WEBSOCKET_URL must end with /api/v1/stream",
        Backend::Gateway => "NEXT_PUBLIC_NEST_URL must end with /api/v1, once",
        Backend::Services => "NEXT_PUBLIC_API_URL must not end with /api/v1, which is appended to it",
    };
    format!("This address {what}: {rule}")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use axum::body::Body;

    fn single(uri: &str) -> (String, bool) {
        let request = single_slashes(Request::get(uri).body(Body::empty()).unwrap());
        (request.uri().to_string(), request.extensions().get::<Repeated>().is_some())
    }

    #[test]
    fn several_slashes_of_a_path_are_one() {
        assert_eq!(single("/api/v1/auth/login?next=//x"), ("/api/v1/auth/login?next=//x".to_owned(), false));
        assert_eq!(single("/api/v1//auth/login?next=//x"), ("/api/v1/auth/login?next=//x".to_owned(), true));
        assert_eq!(single("///api//v1/a%2F%2Fb//"), ("/api/v1/a%2F%2Fb/".to_owned(), true));
        assert_eq!(single("https://api.example//v1//"), ("https://api.example/v1/".to_owned(), true));
        assert_eq!(single("//"), ("/".to_owned(), true));
    }

    #[test]
    fn the_way_to_the_single_path_goes_by_no_absolute_path() {
        let base = url::Url::parse("https://api.example/live/api/v1//user///profile?x=1").unwrap();
        let way = way("/api/v1//user///profile", &"/api/v1/user/profile?x=1".parse().unwrap());
        assert_eq!(base.join(&way).unwrap().as_str(), "https://api.example/live/api/v1/user/profile?x=1");
    }
}
