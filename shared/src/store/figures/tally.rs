//! What is counted of one user.

use super::{Difference, Figure, Figures, Item, month_of};
use crate::store::chat::TokenUsage;
use crate::store::expressions::{Change, Condition};
use crate::store::item::Key;
use crate::store::{Store, StoreResult, User, Write};
use foundation::ids::UserId;
use foundation::plans::Month;
use foundation::time;

/// The sort key of a tally, in the partition of its user.
pub(super) const SORT: &str = "TALLY";

pub(super) const MESSAGES: &str = "messages";
pub(super) const PROMPT_TOKENS: &str = "promptTokens";
pub(super) const COMPLETION_TOKENS: &str = "completionTokens";

/// What is counted of one user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub(super) figures: Figures,
    /// Messages in all sessions, questions and answers.
    pub messages: u64,
    /// Tokens of all prompts, also for answers that were deleted since.
    pub prompt_tokens: u64,
    /// Tokens of all answers, also of those that were deleted since.
    pub completion_tokens: u64,
    pub(super) version: u64,
}

impl From<Item> for Tally {
    fn from(item: Item) -> Self {
        // Messages may be below zero until those of an older system have been counted.
        let number = |attribute: &str| item.get(attribute).and_then(serde_json::Value::as_u64).unwrap_or(0);
        Self {
            figures: Figures::of_item(&item),
            messages: number(MESSAGES),
            prompt_tokens: number(PROMPT_TOKENS),
            completion_tokens: number(COMPLETION_TOKENS),
            version: number("version"),
        }
    }
}

impl Tally {
    /// How many there are of a figure.
    #[must_use]
    pub fn total(&self, figure: Figure) -> u64 {
        self.figures.total(&[figure])
    }

    /// Whether the user used their plan in one of these months, such as `2026-03`.
    #[must_use]
    pub fn was_active_in(&self, months: &[&str]) -> bool {
        self.figures.latest(Figure::Active).is_some_and(|month| months.contains(&month))
    }

    /// The month in which the user signed up, once the address is verified.
    fn joined_in(&self) -> Option<&str> {
        Figure::USERS.into_iter().find_map(|figure| self.figures.latest(figure))
    }
}

pub(super) fn key(user: &UserId) -> Key {
    Key::new(format!("USER#{user}"), SORT)
}

/// Where a user is in the list of all users.
pub(super) fn place(user: &User) -> String {
    format!("{}#{}", time::sortable(user.created_at), user.id)
}

/// The writes that count a user whose address is verified from now on.
pub(in crate::store) fn joining(user: &User) -> Vec<Write> {
    Difference::of(user.role.into(), user.created_at, 1).listed_at(place(user)).writes(&user.id)
}

/// The writes that subtract all that is counted of a user, whose tally was `seen`.
pub(in crate::store) fn leaving(user: &UserId, seen: Option<&Tally>) -> Vec<Write> {
    let Some(tally) = seen else { return vec![Write::check(key(user), Condition::absent())] };
    let mut figures = tally.figures.negated();
    let now = month_of(time::now());
    if tally.joined_in().is_some_and(|month| month < now.as_str()) {
        figures.add(Figure::Left, &now, 1);
    }
    let own = Write::delete(key(user)).when(Condition::equals("version", tally.version));
    [vec![own], figures.writes(user)].concat()
}

impl Store {
    /// What is counted of a user; `None` if nothing is.
    pub(in crate::store) async fn tally(&self, user: &UserId) -> StoreResult<Option<Tally>> {
        Ok(self.get::<Item>(&key(user)).await?.map(Tally::from))
    }

    /// Counts the tokens of an answer, whatever becomes of it.
    ///
    /// A write of its own: in the transaction that stores the answer it would cost four times as much.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn count_tokens(&self, user: &UserId, usage: TokenUsage) -> StoreResult<()> {
        if usage.prompt_tokens == 0 && usage.completion_tokens == 0 {
            return Ok(());
        }
        let change = Change::new()
            .add("version", 1)
            .add(PROMPT_TOKENS, usage.prompt_tokens)
            .add(COMPLETION_TOKENS, usage.completion_tokens);
        // A tally that is gone, as with its account, is not made again.
        self.change_if(&key(user), change, Condition::present()).await?;
        Ok(())
    }

    /// The writes that note that a user is active in `month`. None if that is noted, or if the user is not counted yet.
    /// They are refused if the tally changes meanwhile.
    pub(in crate::store) async fn becoming_active(&self, user: &UserId, month: &Month) -> StoreResult<Vec<Write>> {
        let Some(tally) = self.tally(user).await? else { return Ok(Vec::new()) };
        let before = tally.figures.latest(Figure::Active);
        if before.is_some_and(|before| before >= month.as_str()) {
            return Ok(Vec::new());
        }
        let mut difference = Difference::default().in_month(Figure::Active, month.as_str(), 1);
        if let Some(before) = before {
            difference = difference.in_month(Figure::Active, before, -1);
        }
        Ok(difference.writes_when(user, Condition::equals("version", tally.version)))
    }
}
