//! What a start tells.

use std::fmt::Write;
use std::path::Path;

use foundation::config::{
    DetectionConfig, LanguageModelConfig, MailProvider, ReadingConfig, RecognitionConfig, SynthesisConfig,
};
use foundation::program::is_installed;

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
        LanguageModelConfig::Bedrock(bedrock) => format!("{} at Amazon Bedrock", bedrock.model),
    };
    let speech = &config.speech;
    let (hears, speaks) = (recognition(&speech.recognition), synthesis(&speech.synthesis));
    let (reads, detects) = (reading(&config.vision.reading), detection(&config.vision.detection));
    let google = config.google.as_ref().map_or("not configured".to_owned(), |google| google.issuer.clone());
    let frontend = &config.http.frontend_url;
    let folder = &config.inference.model_dir;
    let model = format!("{}{}", folder.display(), missing_model(folder));
    let library = &config.documents.pdfium_library;
    let missing = if library.is_file() { "" } else { " (missing: run scripts/pdfium)" };
    let pdfs = format!("PDFium at {}{missing}", library.display());
    let rows = [
        ("gateway", system.gateway_url.clone()),
        ("services", system.services_url.clone()),
        ("API", format!("{}/api/v1/docs", system.gateway_url)),
        ("frontend", format!("{frontend} (expected there; see FRONTEND_URL)")),
        ("mail", mail),
        ("answers", answers),
        ("embeddings", model),
        ("PDFs", pdfs),
        ("hearing", hears),
        ("speaking", speaks),
        ("OCR", reads),
        ("detection", detects),
        ("payments", payments(system)),
        ("plan", format!("{} for all who have not subscribed", config.billing.plans.default_plan().name)),
        ("Google", google),
        ("data", system.folder.display().to_string()),
        ("DynamoDB", system.dynamodb_url.clone()),
        ("S3", system.s3_url.clone()),
    ];
    let mut text = String::from("\nIntelliMaint is running.\n\n");
    for (name, value) in rows {
        let _ = writeln!(text, "  {name:<11} {value}");
    }
    text.push_str(&frontend_environment(system));
    let _ = writeln!(
        text,
        "\nNext: open the frontend and sign up; the code arrives in the mail folder.\n\
         Without a frontend: scripts/demo signs up, uploads a manual and asks a question.\n\
         Stop with Ctrl-C; nothing that was acknowledged is lost.\n"
    );
    text
}

/// The variables of the newest frontend. None where the functions run in other processes (`scripts/watch`): Socket.IO
/// and voice have a port of their own there.
fn frontend_environment(system: &System) -> String {
    if system.paths.is_empty() {
        return String::new();
    }
    let (gateway, services) = (&system.gateway_url, &system.services_url);
    let variables = [
        ("NEST_URL", format!("{gateway}/api/v1")),
        ("API_URL", services.clone()),
        ("GATEWAY_URL", gateway.clone()),
        ("WEBSOCKET_URL", format!("{}/api/v1/stream", services.replacen("http", "ws", 1))),
    ];
    let mut text = String::from(
        "\nThe frontend's .env.local (of an older frontend: scripts/frontend-env --local --generation older):\n\n",
    );
    for (name, value) in variables {
        let _ = writeln!(text, "  NEXT_PUBLIC_{name}={value}");
    }
    text
}

fn payments(system: &System) -> String {
    match (&system.context.config.billing.stripe, &system.stripe) {
        (_, Some(local)) => format!("a stand-in for Stripe at {} (no money moves)", local.url),
        (Some(stripe), None) => format!("Stripe at {}", stripe.url),
        (None, None) => "none (plans and limits work; --stripe lets people pay with play money)".to_owned(),
    }
}

fn missing_model(folder: &Path) -> &'static str {
    if folder.is_dir() { "" } else { " (missing: run scripts/models)" }
}

fn recognition(config: &RecognitionConfig) -> String {
    match config {
        RecognitionConfig::None => "switched off".to_owned(),
        RecognitionConfig::Moonshine(folder) => format!("Moonshine (offline){}", missing_model(folder)),
        RecognitionConfig::Command { command, .. } => {
            command.first().map_or_else(String::new, |program| format!("{program}{}", missing(program)))
        }
        RecognitionConfig::OpenAi(openai) => format!("{} at {}", openai.model, openai.base_url),
        RecognitionConfig::Deepgram(deepgram) => format!("{} at {}", deepgram.model, deepgram.base_url),
        RecognitionConfig::Transcribe(_) => "Amazon Transcribe".to_owned(),
    }
}

fn synthesis(config: &SynthesisConfig) -> String {
    match config {
        SynthesisConfig::None => "switched off".to_owned(),
        SynthesisConfig::Piper { voice, .. } => {
            format!("Piper (offline){}{}", missing_model(voice), missing("espeak-ng"))
        }
        SynthesisConfig::Espeak(voice) => format!("eSpeak NG, {voice} (offline){}", missing("espeak-ng")),
        SynthesisConfig::OpenAi { endpoint, voice } => format!("{}, {voice}, at {}", endpoint.model, endpoint.base_url),
        SynthesisConfig::Deepgram(deepgram) => format!("{} at {}", deepgram.model, deepgram.base_url),
        SynthesisConfig::Polly { voice, .. } => format!("Amazon Polly, {voice}"),
    }
}

fn reading(config: &ReadingConfig) -> String {
    match config {
        ReadingConfig::None => "switched off".to_owned(),
        ReadingConfig::Paddle(folder) => format!("PP-OCR (offline){}", missing_model(folder)),
        ReadingConfig::Tesseract => format!("Tesseract (offline){}", missing("tesseract")),
        ReadingConfig::Textract(_) => "Amazon Textract".to_owned(),
        ReadingConfig::OpenAi(openai) => format!("{} at {}", openai.model, openai.base_url),
    }
}

fn detection(config: &DetectionConfig) -> String {
    match config {
        DetectionConfig::Onnx(folder) if folder.is_dir() => folder.display().to_string(),
        DetectionConfig::Onnx(folder) => format!("no model in {} (docs/API.md says how to add one)", folder.display()),
        DetectionConfig::Rekognition(_) => "Amazon Rekognition".to_owned(),
        DetectionConfig::OpenAi(openai) => format!("{} at {}", openai.model, openai.base_url),
    }
}

fn missing(program: &str) -> &'static str {
    if is_installed(program) { "" } else { " (missing: scripts/dev installs it)" }
}
