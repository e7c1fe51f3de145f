//! `GET /admin/dashboard`: the figures, with the trends of the last twelve months.

use axum::extract::State;
use foundation::{ApiResult, time};
use serde::Serialize;
use shared::access::Admin;
use shared::http::{Reply, ok};
use shared::store::{Figure, Figures};

use crate::App;
use crate::periods::Calendar;
use crate::trends::Trends;

/// Months that the trends show.
const MONTHS: usize = 12;

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Dashboard {
    analytics: Analytics,
    #[serde(flatten)]
    trends: Trends,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Analytics {
    total_users: u64,
    active_users: u64,
    last_month_users: u64,
    total_uploads: u64,
    ready: u64,
    total_sessions: u64,
    users_by_role: UsersByRole,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
struct UsersByRole {
    student: u64,
    military: u64,
    civilian: u64,
}

impl Analytics {
    fn of(figures: &Figures, calendar: Calendar) -> Self {
        let (this_month, last_month) = (calendar.this_month(), calendar.last_month());
        let active_in = |month: &str| figures.during(&[Figure::Active], month);
        let total = |figure| figures.total(&[figure]);
        Self {
            total_users: figures.total(&Figure::USERS),
            active_users: active_in(&this_month) + active_in(&last_month),
            last_month_users: figures.users_before(&this_month),
            total_uploads: total(Figure::Uploads),
            ready: total(Figure::Ready),
            total_sessions: total(Figure::Sessions),
            users_by_role: UsersByRole {
                student: total(Figure::Student),
                military: total(Figure::Military),
                civilian: total(Figure::Civilian),
            },
        }
    }
}

pub(crate) async fn show_dashboard(_: Admin, State(state): State<App>) -> ApiResult<Reply<Dashboard>> {
    let figures = state.context.store.figures().await?;
    let calendar = Calendar::at(time::now());
    let trends = Trends::of(&figures, &calendar.last_months(MONTHS));
    Ok(ok("The figures of all users.", Dashboard { analytics: Analytics::of(&figures, calendar), trends }))
}
