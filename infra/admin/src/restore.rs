//! The part of `scripts/restore` that is a rule of the library: which accounts were deleted, how a document is claimed
//! while its file is put again, and how the removal of a deleted account is started.
//!
//! It reads one JSON object from each line of standard input, such as `{"do": "isDeleted", "user": "…"}`, and writes its
//! answer as a line of JSON, until the input ends.

use std::collections::HashMap;
use std::io::{self, Write};

use foundation::ids::{DocumentId, UserId};
use serde::Deserialize;
use serde_json::Value;
use shared::account;
use shared::objects::{ObjectError, Objects};
use shared::store::{DocumentStatus, Run, Store, StoreError};

/// Why a restore cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Standard input or output.
    #[error(transparent)]
    Pipe(#[from] io::Error),
    /// A line that asks for nothing we know.
    #[error("a line of the input cannot be understood")]
    Malformed(#[from] serde_json::Error),
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bucket.
    #[error(transparent)]
    Objects(#[from] ObjectError),
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "camelCase")]
enum Task {
    /// Whether the account of a user was deleted here.
    IsDeleted { user: UserId },
    /// Starts the removal of what a deleted account has left.
    Erase { user: UserId },
    /// Claims a document, if it has the status and the tag of the backup; whether it is ours now.
    Claim { user: UserId, document: DocumentId, status: DocumentStatus, etag: String },
    /// Gives a claimed document back, with the tag of its file.
    Release { document: DocumentId, etag: String },
}

/// Does what standard input asks for, one line after the other.
///
/// # Errors
/// [`RestoreError`].
pub async fn run(store: Store, objects: Objects) -> Result<(), RestoreError> {
    let mut restore = Restore { store, objects, claims: HashMap::new() };
    let mut output = io::stdout().lock();
    for line in io::stdin().lines() {
        let answer = restore.answer(serde_json::from_str(&line?)?).await?;
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

struct Restore {
    store: Store,
    objects: Objects,
    /// Documents that are claimed now, with the status that they had.
    claims: HashMap<DocumentId, (Run, DocumentStatus)>,
}

impl Restore {
    async fn answer(&mut self, task: Task) -> Result<Value, RestoreError> {
        match task {
            Task::IsDeleted { user } => Ok(self.store.tombstone(&user).await?.is_some().into()),
            Task::Erase { user } => {
                account::start_erasing(&self.objects, &user).await?;
                Ok(Value::Null)
            }
            Task::Claim { user, document, status, etag } => {
                let run = self.store.claim_for_restore(&user, &document, status, &etag).await?;
                Ok(run.map(|run| self.claims.insert(document, (run, status))).is_some().into())
            }
            Task::Release { document, etag } => {
                if let Some((run, status)) = self.claims.remove(&document) {
                    self.store.release_restored(&run, status, &etag).await?;
                }
                Ok(Value::Null)
            }
        }
    }
}
