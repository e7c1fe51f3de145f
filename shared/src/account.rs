//! Everything that a user has: deleting it all, and handing it all out.

use async_stream::try_stream;
use bytes::Bytes;
use futures::Stream;
use serde_json::{Map, Value, json};

use crate::Context;
use crate::auth::{Email, KeyUse};
use crate::billing::BillingError;
use crate::ids::UserId;
use crate::objects::{ObjectError, ObjectKey};
use crate::store::{Listing, Store, StoreError, StoreResult, User};

/// Why an account could not be deleted wholly. Trying again goes on where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What it has used could not be remembered.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// The bucket.
    #[error(transparent)]
    Objects(#[from] ObjectError),
}

impl From<EraseError> for crate::http::ApiError {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::Store(error) => error.into(),
            EraseError::Billing(error) => error.into(),
            EraseError::Objects(error) => error.into(),
        }
    }
}

/// Lets an account whose address was proved go on where a deleted one with the same address stopped.
///
/// # Errors
/// [`BillingError`].
pub async fn take_up(context: &Context, user: &UserId, email: &Email) -> Result<(), BillingError> {
    let hashes = context.sign_ins.secret().keyed_hashes(KeyUse::FormerAddress, email.as_str());
    context.billing.take_up(user, &hashes).await
}

/// Deletes everything of a user. It can be repeated at any time: the account itself goes last, so
/// that as long as anything is left its owner can sign in and ask again.
///
/// # Errors
/// [`EraseError`].
pub async fn erase(context: &Context, id: &UserId) -> Result<(), EraseError> {
    let store = &context.store;
    let user = store.user(id).await?;
    if let Some(user) = &user {
        let address = context.sign_ins.secret().keyed_hash(KeyUse::FormerAddress, user.email.as_str());
        context.billing.remember(id, &address).await?;
    }
    erase_belongings(context, id, &["PROFILE", "SESSION#"]).await?;
    if let Some(user) = &user {
        let addresses = std::iter::once(&user.email).chain(&user.pending_email);
        for address in addresses {
            store.forget_address(address, id).await?;
        }
        store.delete_all(&partition(id), "SESSION#").await?;
        store.delete_user(id).await?;
    }
    // Once more, for what requests that were under way have written meanwhile.
    erase_belongings(context, id, &[]).await
}

/// Deletes all objects, and all items but those whose sort key begins with one of `keep`.
async fn erase_belongings(context: &Context, id: &UserId, keep: &[&str]) -> Result<(), EraseError> {
    let sorts = sort_keys(&context.store, id).await?;
    for chat in sorts.iter().filter(|sort| sort.starts_with("CHAT#")) {
        context.store.delete_all(&format!("{}#{chat}", partition(id)), "").await?;
    }
    for (document, upload) in context.store.unfinished_uploads(id).await? {
        context.objects.abort_multipart(&ObjectKey::Source(id.clone(), document), &upload.upload_id).await?;
    }
    for job in context.store.jobs_of(id).await? {
        context.objects.delete(&ObjectKey::ExtractSource(job.clone())).await?;
        context.objects.delete(&ObjectKey::ExtractText(job.clone())).await?;
        context.store.delete_job(&job, Some(id)).await?;
    }
    for prefix in ObjectKey::prefixes_of(id) {
        context.objects.delete_all(&prefix).await?;
    }
    for sort in sorts.iter().filter(|sort| !keep.iter().any(|kept| sort.starts_with(kept))) {
        context.store.delete(&crate::store::Key::new(partition(id), sort), None).await?;
    }
    Ok(())
}

async fn sort_keys(store: &Store, id: &UserId) -> StoreResult<Vec<String>> {
    #[derive(serde::Deserialize)]
    struct Sort {
        #[serde(rename = "SK")]
        sort: String,
    }
    let items: Vec<Sort> = store.list(Listing::new(partition(id), "")).await?;
    Ok(items.into_iter().map(|item| item.sort).collect())
}

fn partition(id: &UserId) -> String {
    format!("USER#{id}")
}

/// Attributes that are storage's own, or secret.
const HIDDEN: [&str; 15] = [
    "PK",
    "SK",
    "indexPartition",
    "indexSort",
    "expiresAt",
    "version",
    "generation",
    "superseded",
    "upload",
    "sourceEtag",
    "attempts",
    "searchable",
    "lease",
    "replaced",
    "userId",
];

/// The kinds of items in a user's partition, by the beginning of their sort keys, and the names of
/// their lists in an export.
const KINDS: [(&str, &str); 4] =
    [("SESSION#", "signIns"), ("DOC#", "documents"), ("USAGE#", "usage"), ("SUBSCRIPTION", "subscriptions")];

/// Everything of a user as one JSON object, piece by piece, so that no more than one chat session is
/// held in memory.
pub fn export(store: Store, user: User) -> impl Stream<Item = StoreResult<Bytes>> + Send {
    try_stream! {
        let id = user.id.clone();
        let profile = json!({
            "id": user.id, "email": user.email, "emailVerified": user.email_verified, "pendingEmail": user.awaited_email(),
            "firstName": user.first_name, "lastName": user.last_name, "company": user.company, "role": user.role,
            "profileImageUrl": user.profile_image_url, "hasPassword": user.password_hash.is_some(),
            "signsInWithGoogle": user.google_subject.is_some(), "createdAt": user.created_at, "updatedAt": user.updated_at,
        });
        let settings = store.settings(&id).await?;
        let settings = json!(settings);
        let exported_at = crate::time::now();
        yield Bytes::from(format!("{{\"exportedAt\":{},\"profile\":{profile},\"settings\":{settings}", json!(exported_at)));
        for (prefix, name) in KINDS {
            let items: Vec<Map<String, Value>> = store.list(Listing::new(partition(&id), prefix)).await?;
            let items: Vec<_> = items.into_iter().map(shown).collect();
            yield Bytes::from(format!(",\"{name}\":{}", json!(items)));
        }
        yield Bytes::from_static(b",\"chatSessions\":[");
        let chats: Vec<Map<String, Value>> = store.list(Listing::new(partition(&id), "CHAT#")).await?;
        for (place, chat) in chats.into_iter().enumerate() {
            let sort = chat.get("SK").and_then(Value::as_str).unwrap_or_default().to_owned();
            let messages = store.list(Listing::new(format!("{}#{sort}", partition(&id)), "MSG#")).await?;
            let mut chat = shown(chat);
            chat.insert("messages".to_owned(), json!(messages.into_iter().map(shown).collect::<Vec<_>>()));
            let comma = if place == 0 { "" } else { "," };
            yield Bytes::from(format!("{comma}{}", json!(chat)));
        }
        yield Bytes::from_static(b"]}\n");
    }
}

fn shown(mut item: Map<String, Value>) -> Map<String, Value> {
    item.retain(|name, _| !HIDDEN.contains(&name.as_str()));
    item
}
