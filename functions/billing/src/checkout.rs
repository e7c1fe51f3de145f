//! `POST /billing/subscribe` and `POST /billing/portal`: pages of the payment provider's.

use axum::extract::State;
use foundation::plans::PlanId;
use foundation::time;
use foundation::{ApiError, ApiResult};
use serde::Serialize;
use serde_json::Value;
use shared::access::{Account, CurrentUser};
use shared::http::{Field, Fields, FromFields, IdempotencyKey, Invalid, Reply, Valid, ValidOrEmpty, ok, text};
use url::Url;

use crate::App;

/// A wish without an idempotency key is the same for so many seconds.
const SAME_WISH_SECONDS: i64 = 600;

struct Plan(PlanId);
struct Address(Url);

impl Field for Plan {
    fn parse(value: &Value) -> Result<Self, String> {
        text(value, 1, 64).map(|id| Self(PlanId::new(id)))
    }
}

impl Field for Address {
    fn parse(value: &Value) -> Result<Self, String> {
        let address = text(value, 1, 2_048)?;
        let found = Url::parse(&address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        found.map(Self).ok_or_else(|| "must be an address".to_owned())
    }
}

pub(crate) struct Wish {
    plan: PlanId,
    success_url: Option<Url>,
    cancel_url: Option<Url>,
}

impl FromFields for Wish {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let plan = fields.required::<Plan>("planId");
        let success_url = fields.optional::<Address>("successUrl");
        let cancel_url = fields.optional::<Address>("cancelUrl");
        Ok(Self {
            plan: plan?.0,
            success_url: success_url?.map(|Address(url)| url),
            cancel_url: cancel_url?.map(|Address(url)| url),
        })
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page {
    checkout_url: String,
}

pub(crate) async fn subscribe(
    State(state): State<App>,
    key: IdempotencyKey,
    account: Account,
    Valid(wish): Valid<Wish>,
) -> ApiResult<Reply<Page>> {
    let success_url = own(&state, "successUrl", wish.success_url, "success")?;
    let cancel_url = own(&state, "cancelUrl", wish.cancel_url, "canceled")?;
    let key = wish_key(key);
    let page = state.subscriptions.subscribe(&account.user, &wish.plan, success_url, cancel_url, &key).await;
    Ok(ok("Please pay on the page at this address.", Page { checkout_url: page? }))
}

/// An address of the frontend's, so that nobody is led elsewhere after paying.
fn own(state: &App, field: &str, given: Option<Url>, outcome: &str) -> ApiResult<String> {
    let http = &state.context.config.http;
    match given {
        None => Ok(format!("{}/billing?checkout={outcome}", http.frontend_url)),
        Some(url) if http.gateway_origins.contains(&url.origin().ascii_serialization()) => Ok(url.into()),
        Some(_) => Err(ApiError::validation(vec![format!("{field} must be an address of the frontend")])),
    }
}

/// What tells this wish from others that are else the same.
fn wish_key(IdempotencyKey(key): IdempotencyKey) -> String {
    match key {
        Some(key) => format!("client/{key}"),
        None => (time::now().as_second() / SAME_WISH_SECONDS).to_string(),
    }
}

pub(crate) struct Return {
    url: Option<Url>,
}

impl FromFields for Return {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let url = fields.optional::<Address>("returnUrl");
        Ok(Self { url: url?.map(|Address(url)| url) })
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Portal {
    url: String,
}

pub(crate) async fn open_portal(
    State(state): State<App>,
    key: IdempotencyKey,
    user: CurrentUser,
    ValidOrEmpty(given): ValidOrEmpty<Return>,
) -> ApiResult<Reply<Portal>> {
    let return_url = match given.url {
        None => format!("{}/billing", state.context.config.http.frontend_url),
        given => own(&state, "returnUrl", given, "")?,
    };
    let key = wish_key(key);
    let url = state.subscriptions.portal(&user.id, &return_url, &key).await?;
    Ok(ok("Manage your payments on the page at this address.", Portal { url }))
}
