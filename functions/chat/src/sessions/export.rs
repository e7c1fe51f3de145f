//! `GET /chat/sessions/:id/export`: a transcript to keep.

use std::fmt::Write as _;

use answers::assistant::{escape, sanitized, unsaid};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use foundation::ids::ChatId;
use foundation::{ApiError, ApiResult};
use http::{HeaderValue, header};
use serde::Deserialize;
use shared::access::CurrentUser;
use shared::http::Id;
use shared::store::{Chat, ChatMessage, MessageRole, WarningKind};

use crate::App;
use crate::views::SessionView;

/// `?format=md|json`
#[derive(Debug, Deserialize)]
pub struct Wanted {
    format: Option<String>,
}

/// Markdown, or the session as JSON.
pub async fn export(
    user: CurrentUser,
    State(state): State<App>,
    Id(id): Id<ChatId>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> ApiResult<Response> {
    let Query(wanted) = query?;
    let json = match wanted.format.as_deref() {
        None | Some("md") => false,
        Some("json") => true,
        Some(_) => return Err(ApiError::validation(vec!["format must be md or json".to_owned()])),
    };
    let found = state.context.store.chat_with_messages(&user.id, &id).await?;
    let (chat, messages) = found.ok_or_else(|| ApiError::not_found("Session"))?;
    let name = file_name(&chat);
    let (content_type, extension, body) = if json {
        let view = SessionView::full((chat, messages), &state.context.config.http.gateway_url);
        ("application/json", "json", serde_json::to_string_pretty(&view).map_err(ApiError::internal)?)
    } else {
        ("text/markdown; charset=utf-8", "md", markdown(&chat, &messages))
    };
    let disposition =
        HeaderValue::try_from(format!("attachment; filename=\"{name}.{extension}\"")).map_err(ApiError::internal)?;
    let headers =
        [(header::CONTENT_TYPE, HeaderValue::from_static(content_type)), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, body).into_response())
}

/// The title in letters that every file system takes.
fn file_name(chat: &Chat) -> String {
    let title = chat.title.as_deref().unwrap_or_default().to_lowercase();
    let words: Vec<&str> = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { format!("chat-{}", chat.id) } else { words.join("-") }
}

fn markdown(chat: &Chat, messages: &[ChatMessage]) -> String {
    let mut text = format!("# {}\n\n{}\n", chat.title.as_deref().unwrap_or("Chat"), chat.created_at);
    if !chat.equipment_context.is_empty() {
        write_line(&mut text, format_args!("\nEquipment: {}", chat.equipment_context.join(", ")));
    }
    for message in messages {
        let who = match message.role {
            MessageRole::User => "You",
            MessageRole::Assistant => "Assistant",
            MessageRole::System => "System",
        };
        write_line(&mut text, format_args!("\n## {who}, {}\n\n{}", message.created_at, message.content));
        for attachment in &message.attachments {
            write_line(&mut text, format_args!("\n*Picture: {}*", attachment.file_name));
        }
        if let Some(failure) = &message.failure {
            write_line(&mut text, format_args!("\n*This answer failed: {}*", failure.message));
        } else if message.is_stopped {
            write_line(&mut text, format_args!("\n*This answer was stopped before its end.*"));
        }
        if let Some(verification) = message.verification.as_ref().filter(|found| found.checked > 0) {
            let (checked, missing) = (verification.checked, verification.unverified.len());
            write_line(
                &mut text,
                format_args!(
                    "\n*Values and codes checked against the cited pages: {checked}; not verified: {missing}.*"
                ),
            );
        }
        // Most stand in the answer already, before their steps.
        for warning in unsaid(&message.warnings, &message.content) {
            let (kind, page, words) = (signal_word(warning.kind), warning.page, harmless(&warning.text));
            write_line(&mut text, format_args!("\n> **⚠ {kind}**, page {page}: {words}"));
        }
        // Answers close with a list of their sources; the passages themselves are added here.
        for citation in &message.citations {
            let snippet = harmless(&citation.snippet.replace('\n', " "));
            let (index, file, page) = (citation.index, harmless(&citation.file_name), citation.page);
            write_line(&mut text, format_args!("\n> [{index}] {file}, page {page}: {snippet}"));
        }
    }
    text
}

fn signal_word(kind: WarningKind) -> &'static str {
    match kind {
        WarningKind::Danger => "DANGER",
        WarningKind::Warning => "WARNING",
        WarningKind::Caution => "CAUTION",
    }
}

/// What stands in a manual, as Markdown that shows it as it is.
fn harmless(text: &str) -> String {
    sanitized(&escape(text), Vec::new(), "")
}

fn write_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}
