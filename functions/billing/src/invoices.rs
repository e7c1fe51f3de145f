//! `GET /billing/invoices`: what was paid, and what is to be paid.

use axum::extract::State as Extract;
use axum::response::IntoResponse;
use foundation::ApiResult;
use shared::access::CurrentUser;
use shared::billing::payments::Invoice;
use shared::http::{Page, ok};

use crate::State;
use crate::refusal::refusal;

/// Invoices that can be listed, the newest: eight years of monthly ones.
const MOST: u8 = 100;

pub(crate) async fn list_invoices(
    Extract(state): Extract<State>,
    user: CurrentUser,
    page: Page,
) -> ApiResult<impl IntoResponse> {
    let newest = state.subscriptions.invoices(&user.id, MOST).await.map_err(refusal)?;
    let wanted: Vec<Invoice> = newest.into_iter().skip(page.offset()).take(page.limit).collect();
    Ok(ok("These are your invoices.", wanted))
}
