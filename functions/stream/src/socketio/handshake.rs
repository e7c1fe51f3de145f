//! Decides who may connect, and hands the connection to the Socket.IO server.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use foundation::ids::new_ulid;
use foundation::{ApiError, ApiResult};
use http::Uri;
use hyper_util::rt::TokioIo;
use shared::http::RequestId;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;
use tokio_util::sync::CancellationToken;
use tower::Service;

use super::Connection;
use super::transport::Transport;
use crate::App;
use crate::access::CookieVisitor;
use crate::speaker::Speaker;

/// `GET /socket.io/`: a WebSocket for a user who is signed in by cookie.
pub(crate) async fn connect(
    CookieVisitor(user): CookieVisitor,
    State(state): State<App>,
    request_id: Option<Extension<RequestId>>,
    mut request: Request,
) -> ApiResult<Response> {
    state.refuse_if_draining()?;
    check_protocol(request.uri())?;
    let response = create_response_with_body(&request, Body::empty)
        .map_err(|_| ApiError::bad_request("bad_request", "This is no WebSocket handshake."))?;
    let permit = state.chat.connections.enter(&user.id)?;
    let request_id = request_id.map_or_else(String::new, |Extension(request)| request.0.to_string());
    let speaker = Speaker { user: user.id, sign_in: user.sign_in, connection: new_ulid(), request: request_id };
    let (ended, closed) = (state.parts.cut.child_token(), CancellationToken::new());
    let held = (permit, state.held.token(), closed.clone().drop_guard());
    let has_joined = Arc::new(AtomicBool::new(false));
    let connection = Connection { speaker, ended: ended.clone(), closed, has_joined };

    let mut opening = http::Request::new(());
    *opening.uri_mut() = request.uri().clone();
    opening.extensions_mut().insert(connection);
    let upgrade = hyper::upgrade::on(&mut request);
    let mut service = state.chat.service.clone();
    tokio::spawn(async move {
        let upgraded = match upgrade.await {
            Ok(upgraded) => upgraded,
            Err(error) => return tracing::debug!(%error, "a Socket.IO handshake was not completed"),
        };
        let transport = Transport::new(TokioIo::new(upgraded), ended, held);
        if let Err(error) = service.call((transport, opening)).await {
            tracing::debug!(%error, "a Socket.IO connection was not opened");
        }
    });
    Ok(response)
}

/// Of the transports and versions of Engine.IO, one is served. A WebSocket needs no session that it continues.
fn check_protocol(uri: &Uri) -> ApiResult<()> {
    let parameters: Vec<(String, String)> =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let value = |name: &str| parameters.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str());
    if value("EIO") == Some("4") && value("transport") == Some("websocket") && value("sid").is_none() {
        return Ok(());
    }
    let message = "Chat is served over Engine.IO 4 and WebSocket only: /socket.io/?EIO=4&transport=websocket";
    Err(ApiError::bad_request("unsupported_transport", message))
}
