//! Everything of a user as one JSON object.

use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::attributes::{BATCH, CHAT, DOCUMENT, JOB, Kind, MESSAGE, SIGN_IN, SUBSCRIPTION, USAGE};
use super::export_file::{ExportFile, Written};
use crate::Context;
use crate::objects::{ObjectError, ObjectKey, ObjectResult};
use crate::store::{Key, Listing, StoreError, StoreResult, User};
use foundation::ids::{DocumentId, JobId, UserId};
use foundation::page_texts::PageTexts;
use foundation::telemetry::causes;

/// How long the links in an export work, and that to one in the bucket.
const LIFETIME: Duration = Duration::from_hours(1);
/// Reads at the same time, and of documents and jobs, whose texts are long.
const SIDE_BY_SIDE: usize = 16;
const TEXTS_SIDE_BY_SIDE: usize = 4;
/// Texts that are longer, in bytes, are linked.
const LONGEST_TEXT: u64 = 4 * 1024 * 1024;

/// How long an export may take.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Texts of documents are in the export until then, and are linked after that.
    pub texts: Duration,
    /// Then it breaks off, and says so.
    pub whole: Duration,
}

impl Default for Budget {
    /// What the 29 seconds of a request allow.
    fn default() -> Self {
        Self { texts: Duration::from_secs(14), whole: Duration::from_secs(22) }
    }
}

/// An export.
#[derive(Debug)]
pub enum Exported {
    /// The export itself.
    Small(Bytes),
    /// It lies in the bucket.
    Large {
        /// Where it can be downloaded.
        download_url: String,
        /// Until when.
        expires_at: Timestamp,
        /// Bytes.
        size: u64,
        /// Whether it holds everything.
        complete: bool,
    },
}

/// Why an export ends before its end.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the time was up")]
    Late,
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was read.
    #[error(transparent)]
    Objects(ObjectError),
    /// What was written: there is nowhere to say that anything is missing.
    #[error(transparent)]
    File(#[from] ObjectError),
}

impl Broken {
    /// What the user reads at the end of the export.
    fn sentence(&self) -> &'static str {
        match self {
            Self::Late => {
                "This export breaks off: there is more than one export can hold. Ask whoever runs this system for the rest."
            }
            _ => "This export breaks off: storage did not answer. Please try again later.",
        }
    }
}

type Item = Map<String, Value>;

/// Everything of `user`: what the table holds, by lists of attributes; texts of documents and of extraction jobs; links to
/// files and pictures. Sixteen chat sessions, or four texts of 4 MiB, are held in memory beside what is to be answered.
///
/// Where the time is up or storage fails, the export is valid JSON all the same, and ends with `"complete": false` and a
/// sentence.
///
/// # Errors
/// [`ObjectError`] when it cannot be written to the bucket.
pub async fn export(context: &Context, user: User, budget: Budget) -> ObjectResult<Exported> {
    let begun = Instant::now();
    let key = ObjectKey::Export(user.id.clone(), hex::encode(rand::random::<[u8; 16]>()));
    let mut export = Export {
        context,
        id: user.id.clone(),
        file: ExportFile::new(&context.objects, key.clone()),
        texts_until: begun + budget.texts,
        until: begun + budget.whole,
    };
    let broken = match Box::pin(export.write(&user)).await {
        Ok(()) => None,
        Err(Broken::File(error)) => return Err(error),
        Err(broken) => {
            tracing::warn!(error = causes(&broken), user = %user.id, "an export breaks off");
            Some(broken)
        }
    };
    let complete = broken.is_none();
    let mut file = export.file;
    file.end_list().await?;
    file.attribute("complete", &complete).await?;
    if let Some(broken) = broken {
        file.attribute("message", &broken.sentence()).await?;
    }
    match file.end().await? {
        Written::Small(bytes) => Ok(Exported::Small(bytes)),
        Written::Large(size) => {
            let link = context.objects.presign_save(&key, "intellimaint-export.json", LIFETIME).await?;
            Ok(Exported::Large { download_url: link.url, expires_at: link.expires_at, size, complete })
        }
    }
}

struct Export<'a> {
    context: &'a Context,
    id: UserId,
    file: ExportFile,
    texts_until: Instant,
    until: Instant,
}

impl Export<'_> {
    async fn write(&mut self, user: &User) -> Result<(), Broken> {
        let store = &self.context.store;
        self.file.attribute("exportedAt", &foundation::time::now()).await?;
        let links_end = foundation::time::in_seconds(i64::try_from(LIFETIME.as_secs()).unwrap_or(0));
        self.file.attribute("linksExpireAt", &links_end).await?;
        self.file.attribute("profile", &profile(user)).await?;
        let settings = store.settings(&self.id).await?;
        self.file.attribute("settings", &settings).await?;
        for (name, kind) in
            [("signIns", SIGN_IN), ("usage", USAGE), ("subscriptions", SUBSCRIPTION), ("batches", BATCH)]
        {
            let items = self.items(kind).map(move |item| Ok::<Value, Broken>(kind.show(item?).into()));
            Box::pin(self.list(name, items)).await?;
        }
        let (context, id, texts_until) = (self.context.clone(), self.id.clone(), self.texts_until);
        let reader = Reader { context, id, texts_until };
        // What only the table holds comes first, texts that can be made again from files last.
        let chats = self.items(CHAT).map(|item| reader.chat(item)).buffered(SIDE_BY_SIDE);
        Box::pin(self.list("chatSessions", chats)).await?;
        let documents = self.items(DOCUMENT).map(|item| reader.document(item)).buffered(TEXTS_SIDE_BY_SIDE);
        Box::pin(self.list("documents", documents)).await?;
        let jobs = self.items(JOB).map(|item| reader.job(item)).buffered(TEXTS_SIDE_BY_SIDE);
        let jobs = jobs.filter_map(|job| std::future::ready(job.transpose()));
        Box::pin(self.list("extractionJobs", jobs)).await
    }

    fn items(&self, kind: Kind) -> impl Stream<Item = StoreResult<Item>> + Send + use<> {
        let items = self.context.store.scan(Listing::new(format!("USER#{}", self.id), kind.prefix));
        // The table may keep for days what has ended.
        items.filter(|item| std::future::ready(item.as_ref().map_or(true, |item| !has_ended(item))))
    }

    /// Writes a list of whatever comes until the time is up.
    async fn list(&mut self, name: &str, items: impl Stream<Item = Result<Value, Broken>>) -> Result<(), Broken> {
        self.file.begin_list(name).await?;
        let mut items = std::pin::pin!(items);
        while let Some(item) = tokio::time::timeout_at(self.until, items.next()).await.map_err(|_| Broken::Late)? {
            self.file.element(item?).await?;
            if Instant::now() >= self.until {
                return Err(Broken::Late);
            }
        }
        Ok(self.file.end_list().await?)
    }
}

/// Whether an item's time is over.
fn has_ended(item: &Item) -> bool {
    let ends_at = item.get("expiresAt").and_then(Value::as_i64);
    ends_at.is_some_and(|at| at <= foundation::time::now().as_second())
}

fn profile(user: &User) -> Value {
    json!({
        "id": user.id, "email": user.email, "emailVerified": user.email_verified, "pendingEmail": user.awaited_email(),
        "firstName": user.first_name, "lastName": user.last_name, "company": user.company, "role": user.role,
        "profileImageUrl": user.profile_image_url, "hasPassword": user.password_hash.is_some(),
        "signsInWithGoogle": user.google_subject.is_some(), "createdAt": user.created_at, "updatedAt": user.updated_at,
    })
}

/// A text that belongs to an item.
enum Text {
    Here(Bytes),
    /// It is to be linked: it is long, or there is no time to read it.
    Elsewhere,
    /// It is not kept any more.
    Nowhere,
}

/// Reads what belongs to an item.
struct Reader {
    context: Context,
    id: UserId,
    texts_until: Instant,
}

impl Reader {
    /// A session with its messages, and links to the pictures in them.
    async fn chat(&self, item: StoreResult<Item>) -> Result<Value, Broken> {
        let item = item?;
        let sort = item.get("SK").and_then(Value::as_str).unwrap_or_default();
        let listing = Listing::new(format!("USER#{}#{sort}", self.id), MESSAGE.prefix);
        let found: Vec<Item> = self.context.store.list(listing).await?;
        let mut messages = Vec::with_capacity(found.len());
        for message in found {
            let mut message = MESSAGE.show(message);
            if let Some(attachments) = message.get_mut("attachments").and_then(Value::as_array_mut) {
                for attachment in attachments {
                    self.link_picture(attachment).await?;
                }
            }
            messages.push(message);
        }
        let mut chat = CHAT.show(item);
        chat.insert("messages".to_owned(), json!(messages));
        Ok(chat.into())
    }

    async fn link_picture(&self, attachment: &mut Value) -> Result<(), Broken> {
        let Some(attachment) = attachment.as_object_mut() else { return Ok(()) };
        let text = |name: &str| attachment.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        if attachment.get("stored").is_some_and(Value::is_object) {
            let key = ObjectKey::Picture(self.id.clone(), text("id"));
            let link = self.link(&key, &text("fileName")).await?;
            attachment.insert("downloadUrl".to_owned(), link.into());
        }
        Ok(())
    }

    /// A document with the text of its pages and a link to its file.
    async fn document(&self, item: StoreResult<Item>) -> Result<Value, Broken> {
        let item = item?;
        let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        let (file_name, status) = (text("fileName").to_owned(), text("status"));
        let id = text("id").parse::<DocumentId>().ok().filter(|_| status != "uploading" && status != "deleting");
        let searchable = item.get("searchable").and_then(Value::as_bool).unwrap_or(false);
        let mut document = DOCUMENT.show(item);
        if let Some(id) = id {
            let size = document.get("fileSize").and_then(Value::as_u64).unwrap_or(0);
            // A file that was not kept counts no bytes.
            if size > 0 {
                let source = ObjectKey::Source(self.id.clone(), id.clone());
                let link = self.link(&source, &file_name).await?;
                let file =
                    json!({"fileName": file_name, "size": size, "contentType": "application/pdf", "downloadUrl": link});
                document.insert("file".to_owned(), file);
            }
            if searchable {
                let key = ObjectKey::Pages(self.id.clone(), id);
                let (name, value) = self.page_texts(&key, &file_name).await?;
                document.insert(name.to_owned(), value);
            }
        }
        Ok(document.into())
    }

    /// The texts of pages, or a link to them, and the name of the attribute.
    async fn page_texts(&self, key: &ObjectKey, file_name: &str) -> Result<(&'static str, Value), Broken> {
        match self.text(key).await? {
            Text::Here(bytes) => {
                let pages = PageTexts::from_bytes(&bytes).ok().map(PageTexts::without_blocks);
                Ok(("pageTexts", json!(pages)))
            }
            Text::Nowhere => Ok(("pageTexts", Value::Null)),
            Text::Elsewhere => Ok(("pageTextsUrl", self.link(key, &format!("{file_name}.json")).await?.into())),
        }
    }

    /// An extraction job with its text; none where it has ended.
    async fn job(&self, note: StoreResult<Item>) -> Result<Option<Value>, Broken> {
        let note = note?;
        let id = note.get("id").and_then(Value::as_str).and_then(|id| id.parse::<JobId>().ok());
        let Some(id) = id else { return Ok(None) };
        let found: Option<Item> = self.context.store.get(&Key::alone(format!("JOB#{id}"))).await?;
        let Some(found) = found.filter(|job| !has_ended(job)) else { return Ok(None) };
        let mut job = JOB.show(found);
        if job.get("status").and_then(Value::as_str) == Some("done") {
            let key = ObjectKey::ExtractText(id.clone());
            let (name, value) = match self.text(&key).await? {
                Text::Here(bytes) => ("text", String::from_utf8_lossy(&bytes).into()),
                Text::Nowhere => ("text", Value::Null),
                Text::Elsewhere => ("textUrl", self.link(&key, &format!("{id}.txt")).await?.into()),
            };
            job.insert(name.to_owned(), value);
        }
        Ok(Some(job.into()))
    }

    /// A text, where it is short and there is time for it.
    async fn text(&self, key: &ObjectKey) -> Result<Text, Broken> {
        if Instant::now() >= self.texts_until {
            return Ok(Text::Elsewhere);
        }
        match self.context.objects.get(key, LONGEST_TEXT).await {
            Ok(bytes) => Ok(Text::Here(bytes)),
            Err(ObjectError::TooLarge { .. }) => Ok(Text::Elsewhere),
            Err(ObjectError::NotFound) => Ok(Text::Nowhere),
            Err(error) => Err(Broken::Objects(error)),
        }
    }

    async fn link(&self, key: &ObjectKey, file_name: &str) -> Result<String, Broken> {
        let link = self.context.objects.presign_save(key, file_name, LIFETIME).await;
        Ok(link.map_err(Broken::Objects)?.url)
    }
}
