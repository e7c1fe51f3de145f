//! Which function calls what in the table and the bucket, in the words of IAM policies: what a function
//! needs on AWS, and no more, is what it does here.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, SharedInterceptor, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use serde_json::Value;
use url::Url;

use crate::system::StartError;

/// Notes every kind of call once, a line each, and counts them: `chat dynamodb:GetItem table`.
#[derive(Debug, Clone)]
pub(crate) struct Calls(Arc<Mutex<Noted>>);

#[derive(Debug)]
struct Noted {
    counts: BTreeMap<String, u64>,
    file: File,
}

impl Calls {
    /// Adds to the file at `path`.
    pub(crate) fn recorded_in(path: &Path) -> Result<Self, StartError> {
        let file = File::options().create(true).append(true).open(path);
        let file = file.map_err(|error| StartError::Folder(path.to_owned(), error))?;
        Ok(Self(Arc::new(Mutex::new(Noted { counts: BTreeMap::new(), file }))))
    }

    /// What notes the calls of one function.
    pub(crate) fn of(&self, function: &'static str) -> SharedInterceptor {
        SharedInterceptor::new(Recorder { function, calls: self.clone() })
    }

    /// How often this was called so far, in the words of a line.
    pub(crate) fn count(&self, call: &str) -> u64 {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.counts.get(call).copied().unwrap_or_default()
    }

    fn note(&self, function: &str, (action, resource): &(String, String)) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let call = format!("{function} {action} {resource}");
        let count = noted.counts.entry(call.clone()).or_default();
        *count += 1;
        if *count == 1
            && let Err(error) = noted.file.write_all(format!("{call}\n").as_bytes())
        {
            tracing::error!(%error, "a call could not be recorded");
        }
    }
}

#[derive(Debug)]
struct Recorder {
    function: &'static str,
    calls: Calls,
}

/// The folder in which a request looks for an object.
#[derive(Debug)]
struct LookedIn(String);

impl Storable for LookedIn {
    type Storer = StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "Recorder"
    }

    /// Every request comes by here, also one that is only signed and given to a client.
    fn read_before_signing(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        state: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        for call in permissions(context.request()) {
            self.calls.note(self.function, &call);
            if call.0 == "s3:GetObject" {
                state.interceptor_state().store_put(LookedIn(call.1));
            }
        }
        Ok(())
    }

    /// S3 says that an object is not there to those only who may list the bucket; to others it says
    /// that they may not look.
    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        state: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let missing = context.response().status().as_u16() == 404;
        if let Some(LookedIn(folder)) = state.load::<LookedIn>().filter(|_| missing) {
            self.calls.note(self.function, &("s3:ListBucket".to_owned(), folder.clone()));
        }
        Ok(())
    }
}

/// The permissions that a request needs: actions, and what they are done to.
fn permissions(request: &HttpRequest) -> Vec<(String, String)> {
    match request.headers().get("x-amz-target").and_then(|target| target.split_once('.')) {
        Some((_, operation)) => {
            let body: Value =
                request.body().bytes().and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
            of_table(operation, &body)
        }
        None => of_bucket(request),
    }
}

fn of_table(operation: &str, body: &Value) -> Vec<(String, String)> {
    let call = |operation: &str, body: &Value| {
        let resource = if body.get("IndexName").is_some() { "index" } else { "table" };
        (format!("dynamodb:{operation}"), resource.to_owned())
    };
    let parts = body.get("TransactItems").and_then(Value::as_array);
    let Some(parts) = parts else { return vec![call(operation, body)] };
    let parts = parts.iter().filter_map(Value::as_object).flatten();
    parts
        .map(|(kind, part)| {
            call(&if kind == "ConditionCheck" { "ConditionCheckItem".to_owned() } else { format!("{kind}Item") }, part)
        })
        .collect()
}

/// (docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html)
fn of_bucket(request: &HttpRequest) -> Vec<(String, String)> {
    let Ok(url) = Url::parse(request.uri()) else { return Vec::new() };
    let has = |name: &str| url.query_pairs().any(|(found, _)| found == name);
    // The bucket comes first, then the key.
    let mut path = url.path().trim_start_matches('/').splitn(2, '/');
    let (_bucket, key) = (path.next(), path.next().unwrap_or_default());
    let prefix = url.query_pairs().find(|(name, _)| name == "prefix").map(|(_, value)| value.into_owned());
    let action = match request.method() {
        "POST" if has("delete") => {
            let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default());
            let keys = body.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
            return keys.map(|key| ("s3:DeleteObject".to_owned(), folder(key))).collect();
        }
        "GET" if key.is_empty() => {
            return vec![("s3:ListBucket".to_owned(), folder(prefix.as_deref().unwrap_or_default()))];
        }
        "GET" if has("uploadId") => "s3:ListMultipartUploadParts",
        "GET" | "HEAD" => "s3:GetObject",
        "DELETE" if has("uploadId") => "s3:AbortMultipartUpload",
        "DELETE" => "s3:DeleteObject",
        _ => "s3:PutObject",
    };
    vec![(action.to_owned(), folder(key))]
}

/// The folder of a key: what comes before the first id.
fn folder(key: &str) -> String {
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let words: Vec<&str> = key.split('/').take_while(word).collect();
    words.join("/")
}
