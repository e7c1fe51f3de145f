//! `GET /chat/sessions`: newest activity first, each with its last message, that of the newest in full.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use foundation::ids::UserId;
use foundation::{ApiError, ApiResult};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::access::CurrentUser;
use shared::http::{Field as _, Page, Pagination, Reply, ok};
use shared::store::{Chat, ChatStatus, Preview, Store, StoreResult};

use super::update::Status;
use crate::App;
use crate::views::SessionView;

/// Sessions whose messages are read at once in a search.
const AT_ONCE: usize = 8;
/// Bytes of the newest session's last message.
const LONGEST_SHOWN: usize = 64 * 1024;
/// Characters of a search.
const LONGEST_SEARCH: usize = 200;

/// What may be asked for beside a page.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    status: Option<String>,
    q: Option<String>,
}

/// A part of the list.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Sessions {
    sessions: Vec<SessionView>,
    pagination: Pagination,
}

/// Deleted sessions are listed only when asked for.
pub async fn list(
    user: CurrentUser,
    State(state): State<App>,
    page: Page,
    query: Result<Query<Wanted>, QueryRejection>,
) -> ApiResult<Reply<Sessions>> {
    let Query(wanted) = query?;
    let (status, search) = checked(wanted)?;
    let store = &state.context.store;
    let (chats, total) = match search {
        None => {
            let (mut chats, total) = store.chats(&user.id, status, page.offset(), page.limit).await?;
            if let Some(newest) = chats.first_mut().filter(|_| page.page == 1) {
                complete(store, &user.id, newest).await?;
            }
            (chats, total)
        }
        Some(search) => {
            let found = find(store, &user.id, status, &search).await?;
            let total = found.len();
            (found.into_iter().skip(page.offset()).take(page.limit).collect(), total)
        }
    };
    let sessions = chats.into_iter().map(SessionView::listed).collect();
    Ok(ok("Sessions found.", Sessions { sessions, pagination: page.of(total) }))
}

/// Gives a session its last message in full, as it is in the table: a client that asked in a new chat takes the answer
/// from the first entry of this list as soon as it is complete, when the index may not have it yet.
async fn complete(store: &Store, user: &UserId, chat: &mut Chat) -> StoreResult<()> {
    let last = store.last_messages(user, &chat.id, 1).await?.pop();
    if let Some(message) = last.filter(|message| !message.is_generating()) {
        chat.last_message = Some(Preview::longer(&message, LONGEST_SHOWN));
    }
    Ok(())
}

fn checked(wanted: Wanted) -> ApiResult<(Option<ChatStatus>, Option<String>)> {
    let mut sentences = Vec::new();
    let status = wanted.status.filter(|status| !status.is_empty()).and_then(|status| {
        match Status::parse(&Value::String(status)) {
            Ok(status) => Some(status.0),
            Err(reason) => {
                sentences.push(format!("status {reason}"));
                None
            }
        }
    });
    let search = wanted.q.map(|q| q.trim().to_lowercase()).filter(|q| !q.is_empty());
    if search.as_ref().is_some_and(|q| q.chars().count() > LONGEST_SEARCH) {
        sentences.push(format!("q must have at most {LONGEST_SEARCH} characters"));
    }
    if sentences.is_empty() { Ok((status, search)) } else { Err(ApiError::validation(sentences)) }
}

/// The sessions whose title or one of whose messages contains `search`, whatever its case.
///
/// It has no index: every message of every session of the user is read whose title does not match,
/// so that its cost grows with all that the user has ever written (a thousand sessions of ten
/// messages are about 20 MB, or a second). That is right for a person's own history; a search over
/// more needs an index.
async fn find(store: &Store, user: &UserId, status: Option<ChatStatus>, search: &str) -> StoreResult<Vec<Chat>> {
    let chats = store.all_chats(user, status).await?;
    let found =
        stream::iter(chats.into_iter().map(|chat| matching(store.clone(), user.clone(), chat, search.to_owned())))
            .buffered(AT_ONCE)
            .try_filter_map(|found| std::future::ready(Ok(found)));
    found.try_collect().await
}

async fn matching(store: Store, user: UserId, chat: Chat, search: String) -> StoreResult<Option<Chat>> {
    if chat.title.as_ref().is_some_and(|title| title.to_lowercase().contains(&search)) {
        return Ok(Some(chat));
    }
    let messages = store.messages(&user, &chat.id).await?;
    let found = messages.iter().any(|message| message.content.to_lowercase().contains(&search));
    Ok(found.then_some(chat))
}
