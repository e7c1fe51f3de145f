//! `GET /billing/invoices`: what was paid, and what is to be paid.

use axum::extract::State;
use foundation::ApiResult;
use shared::access::CurrentUser;
use shared::billing::payments::Invoice;
use shared::http::{Page, Reply, ok};

use crate::App;

/// Invoices that can be listed, the newest: eight years of monthly ones.
const MOST: u8 = 100;

pub(crate) async fn list_invoices(
    State(state): State<App>,
    user: CurrentUser,
    page: Page,
) -> ApiResult<Reply<Vec<Invoice>>> {
    let newest = state.subscriptions.invoices(&user.id, MOST).await?;
    let wanted: Vec<Invoice> = newest.into_iter().skip(page.offset()).take(page.limit).collect();
    Ok(ok("These are your invoices.", wanted))
}
