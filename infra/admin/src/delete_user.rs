//! Deletes a user as their own settings page would, waits until the function `erase` has removed everything, and looks
//! through the whole table for what it does not know.

use std::io;
use std::time::{Duration, Instant};

use foundation::ids::UserId;
use foundation::provider::Cause;
use shared::Context;
use shared::account::{self, EraseError};
use shared::billing::payments::{Subscriptions, SubscriptionsError};
use shared::identity::Email;
use shared::mail::{MailError, Mailer};
use shared::objects::ObjectError;
use shared::store::{Key, Store, StoreError, StoreResult, Tombstone, User};

/// How long to wait for the removal. It goes on without us.
const TIMEOUT: Duration = Duration::from_hours(1);
/// The pause between two looks at whether it has ended.
const LOOK: Duration = Duration::from_secs(1);
/// How often the number of items left is printed.
const REPORT: Duration = Duration::from_secs(15);

/// Why a user is not deleted, or not yet.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    /// Neither an account nor what is left of one.
    #[error("There is no such user.")]
    NoSuchUser,
    /// The operator did not type the address.
    #[error("Nothing is deleted.")]
    NotConfirmed,
    /// The payment provider's client cannot be set up.
    #[error("Nothing is deleted. The client of the payment provider cannot be set up")]
    PaymentsConfiguration(#[source] Cause),
    /// The mailer cannot be set up.
    #[error("Nothing is deleted. Mail cannot be set up")]
    Mail(#[from] MailError),
    /// The subscription could not be ended.
    #[error("Nothing is deleted. The user is a customer of the payment provider, and this could not be ended")]
    NotEnded(#[source] SubscriptionsError),
    /// The account could not be closed.
    #[error("The account may still be there, but its subscription has ended. Run this again")]
    NotClosed(#[source] EraseError),
    /// `erase` has not ended.
    #[error(
        "The removal has not ended in time. Look at the log of the function erase and at the dead letters, and run this \
         again with the user's id: {0}"
    )]
    NotRemoved(UserId),
    /// Items still name the user.
    #[error("Something is left. Run this again, and if it stays, look at it:\n{}", lines(.0))]
    Left(Vec<Key>),
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bucket.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// The terminal.
    #[error(transparent)]
    Terminal(#[from] io::Error),
}

fn lines(keys: &[Key]) -> String {
    let lines: Vec<String> = keys.iter().map(|key| format!("{} {}", key.partition, key.sort)).collect();
    lines.join("\n")
}

/// Deletes the user with this address or id. Can be run again whenever it was interrupted; once the account is closed,
/// by the id.
///
/// # Errors
/// [`DeleteError`].
pub async fn run(context: &Context, user: &str, confirmed: bool) -> Result<(), DeleteError> {
    let id = match find(&context.store, user).await? {
        Found::Account(account) => {
            if !confirmed {
                confirm(&account.email)?;
            }
            close(context, &account).await?;
            eprintln!("Nobody can sign in as {} any more. Everything of theirs is being removed …", account.email);
            account.id
        }
        Found::Closed(id) => {
            eprintln!("The account is deleted already. What is left of it is removed again.");
            account::start_erasing(&context.objects, &id).await?;
            id
        }
    };
    wait(context, &id).await?;
    eprintln!("Looking through the table for anything that is left …");
    let left = context.store.traces(&id).await?;
    if !left.is_empty() {
        return Err(DeleteError::Left(left));
    }
    eprintln!("{user} is deleted. Backups still hold them.");
    Ok(())
}

enum Found {
    Account(Box<User>),
    /// A deleted account, of which something may be left.
    Closed(UserId),
}

async fn find(store: &Store, user: &str) -> Result<Found, DeleteError> {
    if let Ok(email) = Email::parse(user) {
        let account = store.user_by_email(&email).await?.ok_or(DeleteError::NoSuchUser)?;
        return Ok(Found::Account(Box::new(account)));
    }
    let id: UserId = user.parse().map_err(|_| DeleteError::NoSuchUser)?;
    if let Some(account) = store.user(&id).await? {
        return Ok(Found::Account(Box::new(account)));
    }
    store.tombstone(&id).await?.map(|_| Found::Closed(id)).ok_or(DeleteError::NoSuchUser)
}

fn confirm(email: &Email) -> Result<(), DeleteError> {
    eprint!("This deletes {email} and everything of theirs, for good. Type the address to go on: ");
    let mut typed = String::new();
    io::stdin().read_line(&mut typed)?;
    if typed.trim() == email.as_str() { Ok(()) } else { Err(DeleteError::NotConfirmed) }
}

/// As `DELETE /user/account`: nobody pays for an account that is gone. If that fails, everything stays.
async fn close(context: &Context, account: &User) -> Result<(), DeleteError> {
    let mailer = Mailer::new(&context.config.mail, &context.config.aws).await?;
    let subscriptions =
        Subscriptions::new(context.store.clone(), context.billing.clone(), &context.config.billing, mailer)
            .map_err(DeleteError::PaymentsConfiguration)?;
    subscriptions.end(&account.id).await.map_err(DeleteError::NotEnded)?;
    account::close(context, &account.id, None).await.map_err(DeleteError::NotClosed)
}

/// Waits until `erase` has removed everything.
async fn wait(context: &Context, id: &UserId) -> Result<(), DeleteError> {
    let (begun, mut reported) = (Instant::now(), Instant::now());
    while account::is_being_erased(&context.objects, id).await? {
        if begun.elapsed() > TIMEOUT {
            return Err(DeleteError::NotRemoved(id.clone()));
        }
        if reported.elapsed() > REPORT {
            reported = Instant::now();
            eprintln!("  {} items are left, the messages of sessions not counted …", left(&context.store, id).await?);
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// How many items of the user are left.
async fn left(store: &Store, id: &UserId) -> StoreResult<usize> {
    let (partition, mut count, mut after) = (format!("USER#{id}"), 0, None);
    loop {
        let (page, more) = store.left_in(&partition, "", after.as_deref()).await?;
        count += page.iter().filter(|left| left.sort != Tombstone::SORT).count();
        after = page.last().map(|last| last.sort.clone());
        if !more || after.is_none() {
            return Ok(count);
        }
    }
}
