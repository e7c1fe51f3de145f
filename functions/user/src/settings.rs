//! `GET` and `PUT /user/settings`

use axum::extract::State;
use foundation::ApiResult;
use serde_json::Value;
use shared::access::CurrentUser;
use shared::http::{Field, Fields, FromFields, Invalid, Reply, Valid, ok};
use shared::store::Settings;

use crate::App;

struct Theme(&'static str);

impl Field for Theme {
    fn parse(value: &Value) -> Result<Self, String> {
        let known = ["light", "dark", "system"].into_iter().find(|theme| value.as_str() == Some(*theme));
        known.map(Self).ok_or_else(|| "must be light, dark or system".to_owned())
    }
}

pub struct Change {
    email_notifications: Option<bool>,
    theme: Option<Theme>,
}

impl FromFields for Change {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let email_notifications = fields.optional("emailNotifications");
        let theme = fields.optional("theme");
        Ok(Self { email_notifications: email_notifications?, theme: theme? })
    }
}

/// The user's settings.
pub async fn show(State(state): State<App>, user: CurrentUser) -> ApiResult<Reply<Settings>> {
    Ok(ok("Here are your settings.", state.context.store.settings(&user.id).await?))
}

/// Changes what is given.
pub async fn change(
    State(state): State<App>,
    user: CurrentUser,
    Valid(change): Valid<Change>,
) -> ApiResult<Reply<Settings>> {
    let theme = change.theme.as_ref().map(|theme| theme.0);
    let settings = state.context.store.change_settings(&user.id, change.email_notifications, theme).await?;
    Ok(ok("Your settings are saved.", settings))
}
