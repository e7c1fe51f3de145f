//! Starting and stopping the whole.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use foundation::config::{BillingConfig, Config, Problems};
use secrecy::SecretString;
use shared::Context;
use shared::http::{Backend, serve};
use shared::objects::ObjectKey;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::calls::Calls;
use crate::functions::{Erase, Functions, Ingest};
use crate::options::Options;
use crate::storage::{self, ACCESS_KEY, LOOPBACK, SECRET_KEY};
use crate::stripe::LocalStripe;
use crate::{deletions, pump, server};

/// Why a system did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program listens there.
    #[error("the {part} cannot listen on port {port} ({source}); choose another with {flag}")]
    Port {
        /// What wanted to listen.
        part: &'static str,
        /// The port.
        port: u16,
        /// The flag that changes it.
        flag: &'static str,
        /// The system's own word.
        source: std::io::Error,
    },
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] Problems),
    /// The folder cannot be used.
    #[error("{0} cannot be used: {1}")]
    Folder(PathBuf, std::io::Error),
    /// The embedded servers cannot work.
    #[error("{0}")]
    Storage(String),
    /// A program is missing.
    #[error("{0} cannot be started ({1}); `scripts/dev --stripe` installs it")]
    Program(String, std::io::Error),
    /// A function cannot work as it is configured.
    #[error("a function cannot start: {0}")]
    Function(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StartError {
    pub(crate) fn function(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Function(error.into())
    }
}

/// A running system.
pub struct System {
    /// The gateway's address, without a closing slash.
    pub gateway_url: String,
    /// The services' address.
    pub services_url: String,
    /// The embedded `DynamoDB`'s address.
    pub dynamodb_url: String,
    /// The embedded S3's address.
    pub s3_url: String,
    /// Where everything is kept.
    pub folder: PathBuf,
    /// The stand-in for Stripe, where there is one.
    pub stripe: Option<LocalStripe>,
    /// The paths of all routes of the functions; none where they run in other processes.
    pub paths: Vec<&'static str>,
    /// What the functions hold; tests look at the same tables and objects through it.
    pub context: Context,
    functions: Option<Box<Functions>>,
    calls: Option<Calls>,
    stop_taking: CancellationToken,
    stop_storage: CancellationToken,
    front: TaskTracker,
    back: TaskTracker,
    /// Deletes a temporary folder when the system is dropped.
    _temporary: Option<TempDir>,
}

impl System {
    /// Starts everything; when it returns, requests are answered. `lookup` gives the configuration;
    /// storage, secrets and mail folder default to the system's own. Where nobody can pay, everybody has the largest
    /// plan, unless one is named.
    ///
    /// # Errors
    /// [`StartError`], with a sentence that says what to do.
    pub async fn start(options: Options, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, StartError> {
        // Starting holds all parts at once; boxed, it does not weigh on its callers.
        Box::pin(Self::start_parts(options, lookup)).await
    }

    async fn start_parts(options: Options, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, StartError> {
        let (folder, temporary) = folder(&options)?;
        let ports = &options.ports;
        let gateway = server::bind(&ports.host, ports.gateway_port, "gateway", "--gateway-port").await;
        let services = server::bind(&ports.host, ports.services_port, "services", "--services-port").await;
        let (gateway, services) = match &options.functions_at {
            Some(_) => (None, None),
            None => (Some(gateway?), Some(services?)),
        };
        let dynamodb = server::bind(LOOPBACK, ports.dynamodb_port, "embedded DynamoDB", "--dynamodb-port").await?;
        let s3 = server::bind(LOOPBACK, ports.s3_port, "embedded S3", "--s3-port").await?;

        let here = |listener: &Option<tokio::net::TcpListener>| match (listener, &options.functions_at) {
            (Some(listener), _) => server::local_url(listener),
            (None, url) => url.clone().unwrap_or_default(),
        };
        let (gateway_url, services_url) = (here(&gateway), here(&services));
        let (dynamodb_url, s3_url) = (server::local_url(&dynamodb), server::local_url(&s3));
        let own = own_settings(&folder, &gateway_url, &dynamodb_url, &s3_url)?;
        let mut config = Config::from_lookup(&|name| lookup(name).or_else(|| own.get(name).cloned()))?;
        if !options.stripe {
            give_largest_plan(&mut config.billing, lookup);
        }
        config.aws.credentials = Some((ACCESS_KEY.to_owned(), SecretString::from(SECRET_KEY)));
        config.aws.dynamodb_endpoint = Some(dynamodb_url.clone());
        config.aws.s3_endpoint = Some(s3_url.clone());

        let (front, back) = (TaskTracker::new(), TaskTracker::new());
        let (stop_taking, stop_storage) = (CancellationToken::new(), CancellationToken::new());
        let database = storage::database((!options.in_memory).then_some(folder.as_path()))?;
        let stopped = stop_storage.clone();
        back.spawn(async move {
            let stopped = async move { stopped.cancelled().await };
            if let Err(error) = dynoxide::server::serve_with_shutdown(dynamodb, database, stopped).await {
                tracing::error!(error, "the embedded DynamoDB failed");
            }
        });
        let (told, waiting) = pump::pump();
        let (deletions_told, deletions_waiting) = deletions::deletions();
        let told = (told, deletions_told);
        let objects = storage::object_server(&folder.join("s3"), &config.aws.bucket, told)?;
        back.spawn(server::serve(s3, objects, stop_storage.clone()));

        let mut stripe = None;
        if options.stripe {
            let listener = server::bind(LOOPBACK, ports.stripe_port, "stand-in for Stripe", "--stripe-port").await?;
            let url = server::local_url(&listener);
            let program = lookup("LOCALSTRIPE").unwrap_or_else(|| ".venv/bin/localstripe".to_owned());
            let started = LocalStripe::start(&url, &config.billing.plans, &gateway_url, &folder, program).await?;
            config.billing.stripe = Some(started.config);
            back.spawn(server::serve(listener, started.router, stop_storage.clone()));
            stripe = Some(started.running);
        }
        let context = Context::new(Arc::new(config)).await;
        let storage = |error: &dyn std::fmt::Display| StartError::Storage(format!("storage cannot be set up: {error}"));
        if context.store.create_table().await.map_err(|error| storage(&error))? {
            context.store.recount().await.map_err(|error| storage(&error))?;
        }
        context.objects.create_bucket().await.map_err(|error| storage(&error))?;
        // Their links have ended long ago; no rule of a bucket forgets them here.
        context.objects.delete_all(ObjectKey::EXPORTS).await.map_err(|error| storage(&error))?;

        let calls = options.record_calls.as_deref().map(Calls::recorded_in).transpose()?;
        let (mut functions, mut paths) = (None, Vec::new());
        let (ingest, erase) = if let Some(url) = options.functions_at {
            (Ingest::there(&url)?, Erase::there(&url)?)
        } else {
            let built = Box::pin(Functions::new(&context, calls.as_ref(), options.embedder)).await?;
            let built = functions.insert(Box::new(built));
            let http = &context.config.http;
            let backends =
                [(gateway, Backend::Gateway, built.gateway()), (services, Backend::Services, built.services())];
            for (listener, backend, routes) in backends {
                paths.extend_from_slice(routes.paths());
                if let Some(listener) = listener {
                    front.spawn(server::serve(listener, serve(backend, routes, http), stop_taking.clone()));
                }
            }
            (built.ingest(), built.erase())
        };
        let (objects, stop) = (context.objects.clone(), stop_taking.clone());
        front.spawn(deletions::run(deletions_waiting, erase, objects, stop, front.clone()));
        front.spawn(pump::run(waiting, ingest, context.clone(), stop_taking.clone(), front.clone()));
        Ok(Self {
            gateway_url,
            services_url,
            dynamodb_url,
            s3_url,
            folder,
            stripe,
            paths,
            context,
            functions,
            calls,
            stop_taking,
            stop_storage,
            front,
            back,
            _temporary: temporary,
        })
    }

    /// How often a function called the table or the bucket so far, such as `chat dynamodb:GetItem table`; 0 where calls
    /// are not recorded.
    #[must_use]
    pub fn calls(&self, call: &str) -> u64 {
        self.calls.as_ref().map_or(0, |calls| calls.count(call))
    }

    /// Stops: no new requests, those under way and answers being written finish, then storage goes.
    pub async fn stop(self) {
        self.stop_taking.cancel();
        self.front.close();
        self.front.wait().await;
        if let Some(functions) = &self.functions {
            functions.drain().await;
        }
        self.stop_storage.cancel();
        self.back.close();
        self.back.wait().await;
    }
}

/// Where nobody can pay, nobody should run into a limit, unless a plan is named.
fn give_largest_plan(billing: &mut BillingConfig, lookup: &dyn Fn(&str) -> Option<String>) {
    let is_named = lookup("DEFAULT_PLAN").is_some_and(|plan| !plan.trim().is_empty());
    if billing.stripe.is_none() && !is_named {
        Arc::make_mut(&mut billing.plans).default_to_largest();
    }
}

fn folder(options: &Options) -> Result<(PathBuf, Option<TempDir>), StartError> {
    if options.in_memory {
        let temporary = tempfile::tempdir().map_err(|error| StartError::Folder(std::env::temp_dir(), error))?;
        return Ok((temporary.path().to_owned(), Some(temporary)));
    }
    let failed = |error| StartError::Folder(options.data_dir.clone(), error);
    std::fs::create_dir_all(&options.data_dir).map_err(failed)?;
    Ok((options.data_dir.canonicalize().map_err(failed)?, None))
}

/// The settings that the system has of its own, for what the environment leaves open.
fn own_settings(
    folder: &Path,
    gateway_url: &str,
    dynamodb_url: &str,
    s3_url: &str,
) -> Result<HashMap<&'static str, String>, StartError> {
    let secret = token_secret(folder).map_err(|error| StartError::Folder(folder.to_owned(), error))?;
    Ok(HashMap::from([
        ("TOKEN_SECRET", secret),
        ("GATEWAY_URL", gateway_url.to_owned()),
        ("MAIL_DIR", folder.join("mail").to_string_lossy().into_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_url.to_owned()),
        ("AWS_ENDPOINT_URL_S3", s3_url.to_owned()),
    ]))
}

/// The secret that signs tokens, made at the first start and kept, so that sign-ins survive a restart.
fn token_secret(folder: &Path) -> std::io::Result<String> {
    let path = folder.join("token-secret");
    match std::fs::read_to_string(&path) {
        Ok(secret) if secret.trim().len() >= 32 => return Ok(secret.trim().to_owned()),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let secret = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path)?.write_all(secret.as_bytes())?;
    Ok(secret)
}
