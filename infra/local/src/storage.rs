//! The embedded `DynamoDB` (tables in an `SQLite` file) and S3 (objects in a folder).

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use dynoxide::Database;
use http::{Method, StatusCode};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use shared::objects::ObjectKey;
use tower_http::cors::CorsLayer;

use crate::deletions::Deletions;
use crate::pump::Pump;
use crate::system::StartError;

/// Where the embedded servers listen, whatever the rest does.
pub(crate) const LOOPBACK: &str = "127.0.0.1";
/// The one key that they know.
pub(crate) const ACCESS_KEY: &str = "intellimaint-local";
/// Its secret. It guards nothing: the servers listen on the loopback address.
pub(crate) const SECRET_KEY: &str = "intellimaint-local-secret";

/// Opens the tables, in memory where there is no folder.
pub(crate) fn database(folder: Option<&Path>) -> Result<Database, StartError> {
    let database = match folder {
        None => Database::memory(),
        Some(folder) => Database::new(&folder.join("dynamodb.sqlite").to_string_lossy()),
    };
    database.map_err(|error| StartError::Storage(format!("the tables cannot be opened: {error}")))
}

/// The S3 server over a folder. Every object that is put under `uploads/` or `deletions/` is told to `told`, as S3 tells
/// its notifications.
pub(crate) fn object_server(folder: &Path, bucket: &str, told: (Pump, Deletions)) -> Result<Router, StartError> {
    let failed = |error: String| StartError::Storage(format!("the files cannot be opened: {error}"));
    std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
    let files = FileSystem::new(folder).map_err(|error| failed(format!("{error:?}")))?;
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
    let (pump, deletions) = told;
    let notifier = Notifier { bucket_path: format!("/{bucket}/").into(), pump, deletions };
    // A browser puts files here directly, from any page that holds a presigned address.
    let cors = CorsLayer::very_permissive().expose_headers([http::header::ETAG]);
    let service = tower::util::MapErr::new(builder.build(), |error: s3s::HttpError| -> std::convert::Infallible {
        // The service answers every failure as a response; this arm exists for its type only.
        tracing::error!(?error, "the object server failed");
        std::process::abort()
    });
    Ok(Router::new()
        .fallback_service(service)
        .layer(middleware::from_fn(list_again))
        .layer(middleware::from_fn_with_state(notifier, notify))
        .layer(cors)
        .layer(axum::extract::DefaultBodyLimit::disable()))
}

#[derive(Clone)]
struct Notifier {
    bucket_path: Arc<str>,
    pump: Pump,
    deletions: Deletions,
}

async fn notify(State(notifier): State<Notifier>, request: Request, next: Next) -> Response {
    let key = created_key(&notifier.bucket_path, &request);
    let response = next.run(request).await;
    if let Some(key) = key
        && response.status().is_success()
    {
        if key.starts_with(ObjectKey::DELETIONS) {
            notifier.deletions.created(key);
        } else {
            notifier.pump.created(key).await;
        }
    }
    response
}

/// Repeats a list that failed. The server reads the folders, and fails if a file is deleted meanwhile.
async fn list_again(request: Request, next: Next) -> Response {
    const TRIES: usize = 20;
    const PAUSE: Duration = Duration::from_millis(20);
    let lists = request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair == "list-type=2"));
    if *request.method() != Method::GET || !lists {
        return next.run(request).await;
    }
    let (parts, _) = request.into_parts();
    let list = || next.clone().run(Request::from_parts(parts.clone(), Body::empty()));
    let mut response = list().await;
    for _ in 1..TRIES {
        if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        response = list().await;
    }
    response
}

/// The key, as it stands in the address, of the object that this request makes if it succeeds.
fn created_key(bucket_path: &str, request: &Request) -> Option<String> {
    let query = request.uri().query().unwrap_or_default();
    let part = query.split('&').any(|pair| pair.starts_with("uploadId="));
    let creates = match *request.method() {
        Method::PUT => !part,
        Method::POST => part,
        _ => false,
    };
    let key = request.uri().path().strip_prefix(bucket_path)?;
    let is_told = [ObjectKey::UPLOADS, ObjectKey::DELETIONS].iter().any(|prefix| key.starts_with(prefix));
    (creates && is_told).then(|| key.to_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tower::ServiceExt as _;

    use super::*;

    /// What a server that fails `failures` times answers to `request`, and how often it was asked.
    async fn asked(failures: usize, request: &str) -> (StatusCode, usize) {
        let count = Arc::new(AtomicUsize::new(0));
        let server = {
            let count = Arc::clone(&count);
            move || async move {
                let fails = count.fetch_add(1, Ordering::Relaxed) < failures;
                if fails { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
            }
        };
        let router = Router::new().fallback(server).layer(middleware::from_fn(list_again));
        let (method, address) = request.split_once(' ').unwrap();
        let request = Request::builder().method(method).uri(address).body(Body::empty()).unwrap();
        let status = router.oneshot(request).await.unwrap().status();
        (status, count.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn a_list_is_made_again_and_nothing_else() {
        assert_eq!(asked(0, "GET /bucket?list-type=2&prefix=uploads%2F").await, (StatusCode::OK, 1));
        assert_eq!(asked(3, "GET /bucket?prefix=uploads%2F&list-type=2").await, (StatusCode::OK, 4));
        assert_eq!(asked(100, "GET /bucket?list-type=2").await, (StatusCode::INTERNAL_SERVER_ERROR, 20));
        assert_eq!(asked(1, "GET /bucket/key").await, (StatusCode::INTERNAL_SERVER_ERROR, 1));
        assert_eq!(asked(1, "PUT /bucket/key?list-type=2").await, (StatusCode::INTERNAL_SERVER_ERROR, 1));
    }
}
