//! The structs of the configuration, one per concern.

use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use strum::{EnumString, VariantNames};

use super::reader::{Problems, Reader};
use super::variables as var;
use crate::aws::AwsConfig;

/// Families of the services that `SERVICES_ANONYMOUS` may name; all of them are open in development.
const ANONYMOUS_SERVICES: [&str; 3] = ["asr", "batches", "extract"];

/// Origins, public URLs, and services without sign-in.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Whether this is a production deployment (`ENVIRONMENT`).
    pub production: bool,
    /// Metered requests per user and minute (`REQUESTS_PER_MINUTE`).
    pub requests_per_minute: u64,
    /// Metered requests per network address and minute (`REQUESTS_PER_MINUTE_ADDRESS`).
    pub requests_per_minute_address: u64,
    /// What a distribution (CDN) in front proves itself with (`DISTRIBUTION_KEY`), if there is one.
    pub distribution_key: Option<SecretString>,
    /// Origins that may call the gateway with credentials (`FRONTEND_URL`); never empty.
    pub gateway_origins: Vec<String>,
    /// Origins that may call the services (`ALLOWED_ORIGINS`).
    pub services_origins: Vec<String>,
    /// Base URL for redirects to the frontend: the first of `FRONTEND_URL`, without a trailing slash.
    pub frontend_url: String,
    /// The gateway's public URL (`GATEWAY_URL`), without a trailing slash.
    pub gateway_url: String,
    /// Families of the services that can be called without a sign-in (`SERVICES_ANONYMOUS`).
    pub anonymous_services: Vec<String>,
    /// Whether Lambda responses are streamed (`RESPONSE_STREAMING`).
    pub response_streaming: bool,
}

impl HttpConfig {
    pub(super) fn read(reader: &mut Reader<'_>, production: bool) -> Self {
        let gateway_origins = reader.origins(&var::FRONTEND_URL);
        if gateway_origins.is_empty() {
            reader.problem(&var::FRONTEND_URL, "must name at least one origin");
        }
        for variable in [&var::FRONTEND_URL, &var::GATEWAY_URL] {
            if production && reader.optional(variable).is_none() {
                reader.problem(variable, "must be set in production");
            }
        }
        let mut services_origins = reader.origins(&var::ALLOWED_ORIGINS);
        if services_origins.is_empty() {
            services_origins.clone_from(&gateway_origins);
        }
        let mut anonymous_services = reader.list(&var::SERVICES_ANONYMOUS);
        if anonymous_services.is_empty() && !production {
            anonymous_services = ANONYMOUS_SERVICES.map(str::to_owned).into();
        }
        for service in &anonymous_services {
            if service != "none" && !ANONYMOUS_SERVICES.contains(&service.as_str()) {
                reader.problem(
                    &var::SERVICES_ANONYMOUS,
                    format!("may name {} (or none), not \"{service}\"", ANONYMOUS_SERVICES.join(", ")),
                );
            }
        }
        anonymous_services.retain(|service| service != "none");
        let distribution_key = reader.strong_secret(&var::DISTRIBUTION_KEY);
        let gateway_url = reader.url(&var::GATEWAY_URL).map(|url| url.to_string()).unwrap_or_default();
        Self {
            production,
            requests_per_minute: reader.number(&var::REQUESTS_PER_MINUTE, 1, 1_000_000),
            requests_per_minute_address: reader.number(&var::REQUESTS_PER_MINUTE_ADDRESS, 1, 1_000_000),
            distribution_key,
            frontend_url: gateway_origins.first().cloned().unwrap_or_default(),
            gateway_origins,
            services_origins,
            gateway_url: gateway_url.trim_end_matches('/').to_owned(),
            anonymous_services,
            response_streaming: reader.flag(&var::RESPONSE_STREAMING),
        }
    }
}

impl AwsConfig {
    /// Reads the process environment, for a program that needs nothing but the table and the bucket.
    ///
    /// # Errors
    /// Every variable that is malformed, in one [`Problems`].
    pub fn from_env() -> Result<Self, Problems> {
        let environment = |name: &str| std::env::var(name).ok();
        let mut reader = Reader::new(&environment);
        let config = Self::read(&mut reader);
        reader.finish(config)
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            table: reader.text(&var::TABLE_NAME),
            bucket: reader.text(&var::BUCKET_NAME),
            region: reader.text(&var::AWS_REGION),
            dynamodb_endpoint: reader.optional(&var::AWS_ENDPOINT_URL_DYNAMODB),
            s3_endpoint: reader.optional(&var::AWS_ENDPOINT_URL_S3),
            ingest_queue: reader.optional(&var::INGEST_QUEUE_URL),
            sqs_endpoint: reader.optional(&var::AWS_ENDPOINT_URL_SQS),
            credentials: None,
        }
    }
}

/// How mail is sent.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// `MAIL_FROM`.
    pub from: String,
    /// The provider (`MAIL_PROVIDER`) with its settings.
    pub provider: MailProvider,
}

/// A mail provider.
#[derive(Debug, Clone)]
pub enum MailProvider {
    /// Writes `.eml` files into a folder (`MAIL_DIR`).
    Files(PathBuf),
    /// An SMTP server.
    Smtp(SmtpConfig),
    /// Amazon SES.
    Ses,
}

/// An SMTP server.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    /// `SMTP_URL`, with its password.
    pub url: SecretString,
}

/// The word of `MAIL_PROVIDER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
enum MailWord {
    #[default]
    Files,
    Smtp,
    Ses,
}

impl MailConfig {
    pub(super) fn read(reader: &mut Reader<'_>, production: bool) -> Self {
        let from = reader.text(&var::MAIL_FROM);
        let provider = match reader.choice(&var::MAIL_PROVIDER) {
            MailWord::Smtp => MailProvider::Smtp(SmtpConfig {
                url: reader.secret(&var::SMTP_URL).unwrap_or_else(|| {
                    reader.problem(&var::SMTP_URL, "must be set for MAIL_PROVIDER=smtp");
                    SecretString::default()
                }),
            }),
            MailWord::Ses => MailProvider::Ses,
            MailWord::Files => MailProvider::Files(reader.text(&var::MAIL_DIR).into()),
        };
        if production && matches!(provider, MailProvider::Files(_)) {
            reader.problem(&var::MAIL_PROVIDER, "must be smtp or ses in production");
        }
        Self { from, provider }
    }
}

/// Which hosts documents may be fetched from, and how large they may be.
#[derive(Debug, Clone)]
pub struct DocumentsConfig {
    /// Hosts that files may be fetched from (`FILE_URL_HOSTS`).
    pub url_hosts: Vec<String>,
    /// Whether `http://localhost` is allowed too, on any port (development only).
    pub allow_localhost: bool,
    /// `MAX_DOCUMENT_PAGES`.
    pub max_pages: u32,
    /// `PDF_SECONDS`.
    pub pdf_time: Duration,
    /// `PDF_MEMORY_MIB`, in bytes.
    pub pdf_memory: u64,
    /// `PDF_WORKER`.
    pub pdf_worker: Option<PathBuf>,
    /// `PDFIUM_LIBRARY`.
    pub pdfium_library: PathBuf,
}

impl DocumentsConfig {
    pub(super) fn read(reader: &mut Reader<'_>, production: bool) -> Self {
        Self {
            url_hosts: reader.list(&var::FILE_URL_HOSTS).into_iter().map(|host| host.to_ascii_lowercase()).collect(),
            allow_localhost: !production,
            max_pages: reader.number(&var::MAX_DOCUMENT_PAGES, 1, 100_000),
            pdf_time: Duration::from_secs(reader.number(&var::PDF_SECONDS, 1, 900)),
            pdf_memory: reader.number::<u64>(&var::PDF_MEMORY_MIB, 128, 65_536) * 1024 * 1024,
            pdf_worker: reader.optional(&var::PDF_WORKER).map(PathBuf::from),
            pdfium_library: reader.optional(&var::PDFIUM_LIBRARY).map_or_else(Self::default_pdfium, PathBuf::from),
        }
    }

    /// Where `scripts/pdfium` puts the library, relative to the project's folder. The file name depends on the system.
    #[must_use]
    pub fn default_pdfium() -> PathBuf {
        Path::new(var::PDFIUM_LIBRARY.default).with_extension(std::env::consts::DLL_EXTENSION)
    }
}

/// The embedding model.
#[derive(Debug, Clone)]
pub struct InferenceConfig {
    /// `MODEL_DIR`.
    pub model_dir: PathBuf,
    /// `EMBEDDING_THREADS`.
    pub threads: usize,
    /// `SEGMENT_CACHE_MIB`, in bytes.
    pub segment_cache: u64,
}

impl InferenceConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            model_dir: reader.model_folder(&var::MODEL_DIR, "all-minilm-l6-v2"),
            threads: reader.number(&var::EMBEDDING_THREADS, 1, 64),
            segment_cache: reader.number::<u64>(&var::SEGMENT_CACHE_MIB, 1, 65_536) * 1024 * 1024,
        }
    }
}
