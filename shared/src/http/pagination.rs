//! `?page=1&limit=10` and `data.pagination`.

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use serde::{Deserialize, Serialize};

use foundation::ApiError;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    pub page: usize,
    /// 1 to 100.
    pub limit: usize,
}

/// Where an answer stands in the whole list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    /// From 1.
    pub page: usize,
    /// Items a page.
    pub limit: usize,
    /// Items in all.
    pub total: usize,
    /// Pages in all.
    pub total_pages: usize,
}

impl Page {
    /// Items to pass over.
    #[must_use]
    pub fn offset(self) -> usize {
        (self.page - 1).saturating_mul(self.limit)
    }

    /// The answer's place in a list of `total` items.
    #[must_use]
    pub fn of(self, total: usize) -> Pagination {
        Pagination { page: self.page, limit: self.limit, total, total_pages: total.div_ceil(self.limit) }
    }
}

#[derive(Deserialize)]
struct Raw {
    page: Option<String>,
    limit: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Page {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(raw) = Query::<Raw>::from_request_parts(parts, state).await?;
        let mut sentences = Vec::new();
        let mut number = |name: &str, text: Option<String>, default: usize, max: usize| match text.map(|t| t.parse()) {
            None => default,
            Some(Ok(value)) if (1..=max).contains(&value) => value,
            Some(_) => {
                sentences.push(format!("{name} must be a number from 1 to {max}"));
                default
            }
        };
        let page = number("page", raw.page, 1, 1_000_000);
        let limit = number("limit", raw.limit, 10, 100);
        if sentences.is_empty() { Ok(Self { page, limit }) } else { Err(ApiError::validation(sentences)) }
    }
}
