//! What a start tells.

use std::fmt::Write;

use shared::config::{LanguageModelConfig, MailProvider};

use crate::system::System;

/// Where everything is, which providers are active, and what to do next.
#[must_use]
pub fn banner(system: &System) -> String {
    let config = &system.context.config;
    let mail = match &config.mail.provider {
        MailProvider::Files(folder) => format!("files in {}", folder.display()),
        MailProvider::Smtp(_) => "SMTP".to_owned(),
        MailProvider::Ses => "Amazon SES".to_owned(),
    };
    let answers = match &config.language_model {
        LanguageModelConfig::Extractive => "extractive (offline: quotes the manuals)".to_owned(),
        LanguageModelConfig::OpenAi(openai) => format!("{} at {}", openai.model, openai.base_url),
    };
    let google = config.google.as_ref().map_or("not configured".to_owned(), |google| google.issuer.clone());
    let frontend = &config.http.frontend_url;
    let folder = &config.inference.model_dir;
    let missing = if folder.is_dir() { "" } else { " (missing: run scripts/models)" };
    let model = format!("{}{missing}", folder.display());
    let rows = [
        ("gateway", system.gateway_url.clone()),
        ("services", system.services_url.clone()),
        ("API", format!("{}/api/v1/docs", system.gateway_url)),
        ("frontend", format!("{frontend} (expected there; see FRONTEND_URL)")),
        ("mail", mail),
        ("answers", answers),
        ("embeddings", model),
        ("Google", google),
        ("data", system.folder.display().to_string()),
        ("DynamoDB", system.dynamodb_url.clone()),
        ("S3", system.s3_url.clone()),
    ];
    let mut text = String::from("\nIntelliMaint is running.\n\n");
    for (name, value) in rows {
        let _ = writeln!(text, "  {name:<11} {value}");
    }
    let _ = writeln!(
        text,
        "\nNext: open the frontend and sign up; the code arrives in the mail folder.\n\
         Without a frontend: scripts/demo signs up, uploads a manual and asks a question.\n\
         Stop with Ctrl-C; nothing that was acknowledged is lost.\n"
    );
    text
}
