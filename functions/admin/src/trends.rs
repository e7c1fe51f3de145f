//! `GET /admin/dashboard/trends`: what was made in each year, or in each month of one.

use axum::extract::{FromRequestParts, Query, State};
use foundation::{ApiError, ApiResult, time};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use shared::access::Admin;
use shared::http::{Reply, ok};
use shared::store::{Figure, Figures};

use crate::App;
use crate::periods::Calendar;

/// `?year=`, where given.
pub(crate) struct Year(Option<i16>);

#[derive(Deserialize)]
struct Raw {
    year: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Year {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(raw) = Query::<Raw>::from_request_parts(parts, state).await?;
        let Some(text) = raw.year.filter(|text| !text.is_empty()) else { return Ok(Self(None)) };
        let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(year) if is_year => Ok(Self(Some(year))),
            _ => Err(ApiError::validation(vec!["year must be a year of four digits, as in 2026".to_owned()])),
        }
    }
}

/// A value of a series.
#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Point {
    /// A year or a month.
    date: String,
    value: u64,
}

/// How many of what is there now were made in each period, oldest first.
#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Trends {
    user_growth: Vec<Point>,
    upload_trends: Vec<Point>,
    session_trends: Vec<Point>,
}

impl Trends {
    pub(crate) fn of(figures: &Figures, periods: &[String]) -> Self {
        let series = |of: &[Figure]| {
            let points = periods.iter().map(|date| Point { value: figures.during(of, date), date: date.clone() });
            points.collect()
        };
        Self {
            user_growth: series(&Figure::USERS),
            upload_trends: series(&[Figure::Uploads]),
            session_trends: series(&[Figure::Sessions]),
        }
    }
}

pub(crate) async fn show_trends(_: Admin, State(state): State<App>, Year(year): Year) -> ApiResult<Reply<Trends>> {
    let figures = state.context.store.figures().await?;
    let calendar = Calendar::at(time::now());
    let periods = match year {
        Some(year) => calendar.months_of(year),
        None => calendar.years_since(figures.first_year()),
    };
    Ok(ok("What was made when.", Trends::of(&figures, &periods)))
}
