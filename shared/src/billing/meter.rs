//! Counting what is used, month by month.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Billing, BillingResult, Limit, LimitReached, Month, Plan, Usage};
use crate::store::{Document, Job, Store, Write};
use foundation::ids::UserId;

/// When the month after that of `at` begins.
fn next_month(at: Timestamp) -> Timestamp {
    let date = at.to_zoned(TimeZone::UTC).date();
    let (year, month) = if date.month() == 12 { (date.year() + 1, 1) } else { (date.year(), date.month() + 1) };
    let first = Date::new(year, month, 1).and_then(|first| first.to_zoned(TimeZone::UTC));
    first.map_or(at, |first| first.timestamp())
}

/// What a user's documents come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// How many.
    pub documents: u64,
    /// Bytes of their files.
    pub bytes: u64,
}

impl Kept {
    /// These documents.
    pub fn of<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Self {
        documents.into_iter().fold(Self::default(), |kept, document| Self {
            documents: kept.documents + 1,
            bytes: kept.bytes.saturating_add(document.file_size),
        })
    }
}

impl Billing {
    /// What a user has used this month.
    ///
    /// # Errors
    /// [`super::BillingError::Store`].
    pub async fn usage(&self, user: &UserId) -> BillingResult<Usage> {
        Ok(self.store.usage(user, &Month::of((self.clock)())).await?)
    }

    /// When the monthly limits begin anew.
    #[must_use]
    pub fn resets_at(&self) -> Timestamp {
        next_month((self.clock)())
    }

    /// Counts a question, before its answer is begun; the month it was counted in. What comes of it
    /// may give it back: [`Billing::refund`].
    ///
    /// Exact however many ask at once: the counter grows by a conditional write.
    ///
    /// # Errors
    /// [`super::BillingError::Limit`] when the month's questions are used up.
    pub async fn charge_message(&self, user: &UserId) -> BillingResult<Month> {
        let (plan, _) = self.plan_of(user).await?;
        let month = Month::of((self.clock)());
        match plan.limits.messages_per_month {
            limit if self.store.count_message(user, &month, limit).await? => Ok(month),
            limit => {
                let used = self.store.usage(user, &month).await?.messages;
                Err(self.reached(plan, Limit::Messages, limit.unwrap_or(used), used).into())
            }
        }
    }

    /// Gives a question back that was counted in `month` and was never asked.
    ///
    /// # Errors
    /// [`super::BillingError::Store`].
    pub async fn refund(&self, user: &UserId, month: &Month) -> BillingResult<()> {
        Ok(self.store.uncount_message(user, month).await?)
    }

    /// Counts speech whose length is known before the work is done; the month it was counted in, for
    /// [`Billing::refund_voice`].
    ///
    /// # Errors
    /// [`super::BillingError::Limit`] when what is left of the month is too short for it.
    pub async fn charge_voice(&self, user: &UserId, length: Duration) -> BillingResult<Month> {
        let (plan, _) = self.plan_of(user).await?;
        let month = Month::of((self.clock)());
        let limit = plan.limits.voice_minutes_per_month;
        let most = limit.map(|minutes| minutes.saturating_mul(60_000));
        if self.store.count_voice(user, &month, milliseconds(length), most).await? {
            return Ok(month);
        }
        let used = self.store.usage(user, &month).await?.voice_minutes();
        Err(self.reached(plan, Limit::Voice, limit.unwrap_or(used), used).into())
    }

    /// Gives speech back that was counted in `month` and came to nothing.
    ///
    /// # Errors
    /// [`super::BillingError::Store`].
    pub async fn refund_voice(&self, user: &UserId, month: &Month, length: Duration) -> BillingResult<()> {
        Ok(self.store.uncount_voice(user, month, milliseconds(length)).await?)
    }

    /// Whether any voice is left this month, before work whose length shows only afterwards.
    ///
    /// # Errors
    /// [`super::BillingError::Limit`] when none is.
    pub async fn check_voice(&self, user: &UserId) -> BillingResult<()> {
        let (plan, _) = self.plan_of(user).await?;
        let Some(limit) = plan.limits.voice_minutes_per_month else { return Ok(()) };
        let usage = self.usage(user).await?;
        if usage.voice_milliseconds < limit.saturating_mul(60_000) {
            return Ok(());
        }
        Err(self.reached(plan, Limit::Voice, limit, usage.voice_minutes()).into())
    }

    /// Counts speech that was understood or spoken, whatever the limit: what was allowed to begin may
    /// end.
    ///
    /// # Errors
    /// [`super::BillingError::Store`].
    pub async fn note_voice(&self, user: &UserId, length: Duration) -> BillingResult<()> {
        let month = Month::of((self.clock)());
        self.store.count_voice(user, &month, milliseconds(length), None).await?;
        Ok(())
    }

    /// Counts the pages of a file before its text is extracted; the month they were counted in, for
    /// [`Billing::refund_job`].
    ///
    /// # Errors
    /// [`super::BillingError::Limit`] when fewer are left of the month.
    pub async fn charge_extraction(&self, user: &UserId, pages: u32) -> BillingResult<Month> {
        let (plan, _) = self.plan_of(user).await?;
        let month = Month::of((self.clock)());
        let limit = plan.limits.extraction_pages_per_month;
        if self.store.count_extraction(user, &month, pages.into(), limit).await? {
            return Ok(month);
        }
        let used = self.store.usage(user, &month).await?.extraction_pages;
        Err(self.reached(plan, Limit::ExtractionPages, limit.unwrap_or(used), used).into())
    }

    /// Gives the pages of a job back that was not begun, or that failed though it might have worked: that is not for its
    /// owner to pay. Where this fails, the log says so, and they stay counted.
    pub async fn refund_job(&self, job: &Job) {
        let (Some(owner), Some(month)) = (&job.owner, &job.charged) else { return };
        if let Err(error) = self.store.uncount_extraction(owner, month, job.total_pages.into()).await {
            tracing::error!(%error, user = %owner, "pages whose text was not extracted stay counted");
        }
    }

    /// Whether a document's file may have `size` bytes, however many were counted for it before. The write goes
    /// into the transaction that notes them, as with [`Billing::check_documents`].
    ///
    /// # Errors
    /// [`super::BillingError::Limit`] when the user's other documents leave less.
    pub async fn check_size(&self, document: &Document, size: u64) -> BillingResult<Write> {
        let user = &document.user_id;
        let seen = self.store.library_version(user).await?;
        let (plan, _) = self.plan_of(user).await?;
        let there = self.store.documents(user).await?;
        let others = Kept::of(there.iter().filter(|other| other.id != document.id));
        let is_exceeded = |allowed: &u64| others.bytes.saturating_add(size) > *allowed;
        // Less than before is always possible: the plan may have become smaller since.
        let allowed = plan.limits.storage_bytes.filter(is_exceeded).filter(|_| size > document.file_size);
        match allowed {
            Some(allowed) => Err(self.reached(plan, Limit::Storage, allowed, others.bytes).into()),
            None => Ok(Store::next_library_version(user, seen)),
        }
    }

    /// Whether `new` documents may be kept. The write goes into the transaction that keeps them: it
    /// fails where other documents were kept since this looked.
    ///
    /// Reads all of the user's documents, so that what expired or was deleted is not counted.
    ///
    /// # Errors
    /// [`super::BillingError::Limit`] when there is no room for them.
    pub async fn check_documents(&self, user: &UserId, new: &[Document]) -> BillingResult<Write> {
        // The order matters: what is kept between these two makes the write fail.
        let seen = self.store.library_version(user).await?;
        self.check_room(user, Kept::of(new)).await?;
        Ok(Store::next_library_version(user, seen))
    }

    /// Whether there is room for `wanted` beside the user's documents at the moment, before files that are not yet
    /// documents are accepted.
    ///
    /// # Errors
    /// [`super::BillingError::Limit`] when there is none.
    pub async fn check_room(&self, user: &UserId, wanted: Kept) -> BillingResult<()> {
        let (plan, _) = self.plan_of(user).await?;
        let there = self.store.documents(user).await?;
        let kept = Kept::of(&there);
        let limits = &plan.limits;
        for (limit, allowed, used, more) in [
            (Limit::Documents, limits.documents, kept.documents, wanted.documents),
            (Limit::Storage, limits.storage_bytes, kept.bytes, wanted.bytes),
        ] {
            if let Some(allowed) = allowed.filter(|allowed| used.saturating_add(more) > *allowed) {
                return Err(self.reached(plan, limit, allowed, used).into());
            }
        }
        Ok(())
    }

    fn reached(&self, plan: &Plan, limit: Limit, allowed: u64, used: u64) -> LimitReached {
        let resets_at =
            matches!(limit, Limit::Messages | Limit::Voice | Limit::ExtractionPages).then(|| self.resets_at());
        LimitReached { limit, plan: plan.id.clone(), allowed, used, resets_at }
    }
}

fn milliseconds(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other() {
        for (at, month, next) in [
            ("2026-11-23T10:00:00Z", "2026-11", "2026-12-01T00:00:00Z"),
            ("2026-12-31T23:59:59.999Z", "2026-12", "2027-01-01T00:00:00Z"),
            ("2027-01-01T00:00:00Z", "2027-01", "2027-02-01T00:00:00Z"),
            ("2028-02-29T12:00:00Z", "2028-02", "2028-03-01T00:00:00Z"),
        ] {
            let at: Timestamp = at.parse().unwrap();
            assert_eq!(Month::of(at).as_str(), month);
            assert_eq!(next_month(at), next.parse().unwrap());
        }
    }

    #[test]
    fn a_minute_that_has_begun_counts() {
        let minutes = |voice_milliseconds| Usage { voice_milliseconds, ..Usage::default() }.voice_minutes();
        assert_eq!([minutes(0), minutes(1), minutes(60_000), minutes(60_001)], [0, 1, 1, 2]);
    }
}
