//! `GET /admin/users`: the newest users.

use axum::extract::State;
use foundation::ids::UserId;
use foundation::{ApiResult, time};
use jiff::Timestamp;
use serde::Serialize;
use shared::access::{Admin, role_of};
use shared::http::{Reply, ok};
use shared::identity::{AccountRole, Email};
use shared::store::{Figure, UserFigures};

use crate::periods::Calendar;
use crate::{App, name_of};

/// Shown for users without a picture. Without one, the page would load a picture of somebody else's server, which
/// would learn who looks at whom.
const NO_PICTURE: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' \
                          fill='%239ca3af'%3E%3Ccircle cx='12' cy='8' r='4'/%3E%3Cpath d='M4 21a8 8 0 0 1 16 0z'/%3E\
                          %3C/svg%3E";

/// Whether somebody uses the system.
#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum UserStatus {
    /// They have used their plan this month or last month.
    Active,
    Inactive,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserView {
    id: UserId,
    name: String,
    email: Email,
    role: AccountRole,
    profile_image: String,
    status: UserStatus,
    created_at: Timestamp,
    uploads: u64,
    sessions: u64,
    subscription_plan: String,
}

impl UserView {
    fn of(row: UserFigures, state: &App, active_months: &[&str]) -> Self {
        let UserFigures { user, tally, subscription } = row;
        let context = &state.context;
        let is_active = tally.was_active_in(active_months);
        Self {
            name: name_of(&user),
            role: role_of(&context.config.admin, &user),
            status: if is_active { UserStatus::Active } else { UserStatus::Inactive },
            uploads: tally.total(Figure::Uploads),
            sessions: tally.total(Figure::Sessions),
            subscription_plan: context.billing.plan_under(&subscription).name.clone(),
            profile_image: user.profile_image_url.unwrap_or_else(|| NO_PICTURE.to_owned()),
            created_at: user.created_at,
            id: user.id,
            email: user.email,
        }
    }
}

pub(crate) async fn list_users(_: Admin, State(state): State<App>) -> ApiResult<Reply<Vec<UserView>>> {
    let newest = state.context.store.newest_users(state.rows()).await?;
    let calendar = Calendar::at(time::now());
    let (this_month, last_month) = (calendar.this_month(), calendar.last_month());
    let active_months = [this_month.as_str(), last_month.as_str()];
    let rows = newest.rows.into_iter().map(|row| UserView::of(row, &state, &active_months)).collect();
    let message = if newest.is_whole { "All users." } else { "The newest users. Older ones are not listed." };
    Ok(ok(message, rows))
}
