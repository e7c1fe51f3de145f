//! Configuration: one struct per concern, read from named variables. All problems are reported together.
//!
//! [`VARIABLES`] is the table of all variables. A test keeps it equal to the one in `docs/CONFIGURATION.md`. Only
//! [`Config::from_env`] reads the process environment.

mod admin;
mod auth;
mod billing;
mod language_model;
mod reader;
mod secrets;
mod sections;
mod speech;
mod stream;
mod variables;
mod vision;

pub use crate::aws::AwsConfig;
pub use admin::AdminConfig;
pub use auth::{AuthConfig, CookieMode, GoogleConfig};
pub use billing::{BillingConfig, StripeConfig};
pub use language_model::{BedrockConfig, LanguageModelConfig, OpenAiConfig};
pub use reader::{Problem, Problems, Reader};
pub use sections::{DocumentsConfig, HttpConfig, InferenceConfig, MailConfig, MailProvider, SmtpConfig};
pub use speech::{DeepgramConfig, RecognitionConfig, SpeechConfig, SynthesisConfig};
pub use stream::StreamConfig;
pub use variables::{VARIABLES, Variable, markdown_table};
pub use vision::{DetectionConfig, ReadingConfig, VisionConfig};

use strum::{EnumString, VariantNames};

/// The word of `ENVIRONMENT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
enum Environment {
    #[default]
    Development,
    Production,
}

/// The word of `SANDBOX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
enum Switch {
    #[default]
    On,
    Off,
}

/// Everything that can be configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// Origins, body limits, public addresses.
    pub http: HttpConfig,
    /// Tokens, cookies, passwords.
    pub auth: AuthConfig,
    /// Google sign-in, if it is configured.
    pub google: Option<GoogleConfig>,
    /// `DynamoDB` and S3.
    pub aws: AwsConfig,
    /// Plans and payments.
    pub billing: BillingConfig,
    /// Administrators, and what their pages show.
    pub admin: AdminConfig,
    /// How mail is sent.
    pub mail: MailConfig,
    /// Which hosts documents may be fetched from, and how large they may be.
    pub documents: DocumentsConfig,
    /// The embedding model.
    pub inference: InferenceConfig,
    /// The language model that writes answers.
    pub language_model: LanguageModelConfig,
    /// `CONTEXT_TOKENS`.
    pub context_tokens: usize,
    /// `ANSWER_TOKENS`.
    pub answer_tokens: usize,
    /// `ERASE_SECONDS`.
    pub erase_seconds: u64,
    /// Speech recognition and synthesis.
    pub speech: SpeechConfig,
    /// Text recognition and object detection.
    pub vision: VisionConfig,
    /// The container that holds the voice WebSocket.
    pub stream: StreamConfig,
}

impl Config {
    /// Reads the process environment, and the secrets that `SECRETS_ID` names for variables that are not set there.
    ///
    /// # Errors
    /// [`Problems`] if variables are missing or malformed, all in one error, or if a secret cannot be read.
    pub async fn from_env() -> Result<Self, Problems> {
        let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let secrets = secrets::read(&environment).await?;
        Self::of_deployment(&|name| environment(name).or_else(|| secrets.get(name).cloned()))
    }

    /// As [`Self::from_lookup`], for a program that may be reachable from outside: only the configuration itself can
    /// make it a development system.
    fn of_deployment(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Problems> {
        let mut reader = Reader::new(lookup);
        if lookup(variables::ENVIRONMENT.name).is_none() {
            reader.problem(&variables::ENVIRONMENT, "must be set, to development or production");
        }
        Self::read(reader)
    }

    /// Reads from any source of named values, so that tests and the local system need no environment.
    ///
    /// # Errors
    /// [`Problems`] if variables are missing or malformed, all in one error.
    pub fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Problems> {
        Self::read(Reader::new(lookup))
    }

    fn read(mut reader: Reader<'_>) -> Result<Self, Problems> {
        let production = reader.choice::<Environment>(&variables::ENVIRONMENT) == Environment::Production;
        // Both hold before there is a configuration, and are read from the environment alone: here they are checked.
        reader.choice::<Switch>(&variables::SANDBOX);
        let debuggers = reader.flag(&variables::ALLOW_DEBUGGERS);
        if debuggers && production {
            reader.problem(&variables::ALLOW_DEBUGGERS, "must not be true in production");
        }
        let config = Self {
            http: HttpConfig::read(&mut reader, production),
            auth: AuthConfig::read(&mut reader, production),
            google: GoogleConfig::read(&mut reader),
            aws: AwsConfig::read(&mut reader),
            billing: BillingConfig::read(&mut reader),
            admin: AdminConfig::read(&mut reader),
            mail: MailConfig::read(&mut reader, production),
            documents: DocumentsConfig::read(&mut reader, production),
            inference: InferenceConfig::read(&mut reader),
            language_model: LanguageModelConfig::read(&mut reader),
            context_tokens: reader.number(&variables::CONTEXT_TOKENS, 500, 200_000),
            answer_tokens: reader.number(&variables::ANSWER_TOKENS, 16, 200_000),
            erase_seconds: reader.number(&variables::ERASE_SECONDS, 0, 780),
            speech: SpeechConfig::read(&mut reader),
            vision: VisionConfig::read(&mut reader),
            stream: StreamConfig::read(&mut reader),
        };
        reader.finish(config)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(values: &[(&str, &str)]) -> Result<Config, Problems> {
        let values: std::collections::HashMap<String, String> =
            values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Config::from_lookup(&|name| values.get(name).cloned())
    }

    const SECRET: (&str, &str) = ("TOKEN_SECRET", "0123456789abcdef0123456789abcdef");

    #[test]
    fn a_token_secret_is_all_that_development_needs() {
        let config = read(&[SECRET]).unwrap();
        assert_eq!(config.http.gateway_origins, ["http://localhost:3001"]);
        assert_eq!(config.auth.cookies, CookieMode::Lax { secure: false });
        assert!(config.google.is_none());
    }

    #[test]
    fn a_deployment_says_which_environment_it_is() {
        let lookup = |values: &'static [(&str, &str)]| {
            move |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let problems = Config::of_deployment(&lookup(&[SECRET])).unwrap_err().to_string();
        assert!(problems.contains("ENVIRONMENT"), "{problems}");
        assert!(Config::of_deployment(&lookup(&[SECRET, ("ENVIRONMENT", "development")])).is_ok());
    }

    #[test]
    fn all_problems_are_reported_together() {
        let problems = read(&[
            ("FRONTEND_URL", "not a url"),
            ("MAIL_PROVIDER", "pigeon"),
            ("MAX_DOCUMENT_PAGES", "many"),
            ("GOOGLE_CLIENT_ID", "id"),
        ])
        .unwrap_err();
        let text = problems.to_string();
        for name in ["TOKEN_SECRET", "FRONTEND_URL", "MAIL_PROVIDER", "MAX_DOCUMENT_PAGES", "GOOGLE_CLIENT_SECRET"] {
            assert!(text.contains(name), "{name} in {text}");
        }
    }

    #[test]
    fn a_secret_never_shows_in_debug_output() {
        let shared = ("FRONTEND_JWT_SECRET", "a very-secret text that the frontend's server has too");
        let model = [("LANGUAGE_MODEL", "openai"), ("OPENAI_API_KEY", "sk-very-secret")];
        let config = read(&[[SECRET, shared].as_slice(), &model].concat()).unwrap();
        assert!(config.auth.frontend_secret.is_some());
        let debug = format!("{config:?}");
        assert!(!debug.contains(SECRET.1) && !debug.contains("very-secret"));
    }

    #[test]
    fn what_is_shared_with_the_frontend_is_long_and_no_key_of_ours() {
        let former = ("TOKEN_SECRETS_ACCEPTED", "fedcba9876543210fedcba9876543210");
        for (shared, reason) in [("short", "at least 32"), (SECRET.1, "a token secret"), (former.1, "a token secret")] {
            let refused = read(&[SECRET, former, ("FRONTEND_JWT_SECRET", shared)]).unwrap_err().to_string();
            assert!(refused.contains("FRONTEND_JWT_SECRET must") && refused.contains(reason), "{refused}");
            assert!(!refused.contains(shared), "{refused}");
        }
        let off = read(&[SECRET, ("FRONTEND_JWT_SECRET", " ")]).unwrap();
        assert!(off.auth.frontend_secret.is_none());
    }

    #[test]
    fn the_token_of_the_callback_is_short_or_none() {
        let google = [SECRET, ("GOOGLE_CLIENT_ID", "id"), ("GOOGLE_CLIENT_SECRET", "secret")];
        let with = |value| read(&[google.as_slice(), &[("GOOGLE_CALLBACK_TOKEN", value)]].concat());
        assert!(with("short").unwrap().google.unwrap().callback_token);
        assert!(!with("none").unwrap().google.unwrap().callback_token);
        assert!(!read(&google).unwrap().google.unwrap().callback_token);
        let refused = with("long").unwrap_err().to_string();
        assert!(refused.contains("GOOGLE_CALLBACK_TOKEN must be one of none, short"), "{refused}");
        assert!(read(&[SECRET, ("GOOGLE_CALLBACK_TOKEN", "long")]).is_err(), "without Google too");
    }

    #[test]
    fn production_lets_no_service_be_called_anonymously_unless_told() {
        let config = read(&[
            SECRET,
            ("ENVIRONMENT", "production"),
            ("FRONTEND_URL", "https://app.example.com"),
            ("GATEWAY_URL", "https://api.example.com"),
            ("MAIL_PROVIDER", "ses"),
        ])
        .unwrap();
        assert!(config.http.anonymous_services.is_empty());
        assert_eq!(read(&[SECRET]).unwrap().http.anonymous_services, ["asr", "batches", "extract"]);
        let refused = read(&[SECRET, ("SERVICES_ANONYMOUS", "batches,rag")]).unwrap_err().to_string();
        assert!(refused.contains("may name asr, batches, extract (or none), not \"rag\""), "{refused}");
        assert_eq!(config.auth.cookies, CookieMode::Lax { secure: true });
        assert!(!config.documents.allow_localhost);
    }

    #[test]
    fn production_takes_no_address_or_mail_folder_for_granted() {
        let text = read(&[SECRET, ("ENVIRONMENT", "production")]).unwrap_err().to_string();
        for name in ["FRONTEND_URL", "GATEWAY_URL", "MAIL_PROVIDER"] {
            assert!(text.contains(name), "{name} in {text}");
        }
    }

    #[test]
    fn bedrock_needs_no_more_than_its_name() {
        let config = read(&[SECRET, ("LANGUAGE_MODEL", "bedrock")]).unwrap();
        assert!(config.vision.explanation.is_none());
        let LanguageModelConfig::Bedrock(bedrock) = config.language_model else { panic!("another model") };
        assert_eq!((bedrock.model.as_str(), bedrock.endpoint), ("amazon.nova-lite-v1:0", None));
        let never = read(&[SECRET, ("LANGUAGE_MODEL", "bedrock"), ("BEDROCK_SECONDS", "0")]).unwrap_err();
        assert!(never.to_string().contains("BEDROCK_SECONDS"));
    }

    #[test]
    fn the_documentation_shows_every_variable() {
        let documented = include_str!("../../../../docs/CONFIGURATION.md");
        assert!(
            documented.contains(markdown_table().trim()),
            "docs/CONFIGURATION.md must hold this table:\n{}",
            markdown_table()
        );
    }
}
