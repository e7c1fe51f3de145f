//! `PUT /chat/sessions/:id`: title, status, equipment.

use axum::extract::State;
use foundation::ids::ChatId;
use foundation::{ApiError, ApiResult};
use serde_json::Value;
use shared::access::CurrentUser;
use shared::http::{Field, Fields, FromFields, Id, Invalid, OptionalText, Reply, Valid, ok, text};
use shared::store::{ChatChange, ChatStatus};

use super::read::full_session;
use crate::App;
use crate::views::SessionView;

/// Pieces of equipment that a session is about.
const MOST_EQUIPMENT: usize = 20;

/// What a user may set of a session.
#[derive(Debug)]
pub struct Change(pub ChatChange);

/// A status by its name on the wire.
#[derive(Debug)]
pub struct Status(pub ChatStatus);

#[derive(Debug)]
struct Equipment(Vec<String>);

impl Field for Status {
    fn parse(value: &Value) -> Result<Self, String> {
        serde_json::from_value(value.clone()).map(Self).map_err(|_| "must be active, archived or deleted".to_owned())
    }
}

impl Field for Equipment {
    fn parse(value: &Value) -> Result<Self, String> {
        let items = value.as_array().ok_or("must be a list")?;
        if items.len() > MOST_EQUIPMENT {
            return Err(format!("must hold at most {MOST_EQUIPMENT} items"));
        }
        let names = items.iter().map(|item| text(item, 1, 200));
        names.collect::<Result<_, _>>().map(Self).map_err(|_| "must hold texts of 1 to 200 characters".to_owned())
    }
}

impl FromFields for Change {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let title = fields.optional::<OptionalText<200>>("title");
        let status = fields.optional::<Status>("status");
        let equipment = fields.optional::<Equipment>("equipmentContext");
        Ok(Self(ChatChange {
            title: title?.map(|title| title.0),
            status: status?.map(|status| status.0),
            equipment_context: equipment?.map(|equipment| equipment.0),
        }))
    }
}

/// Answers with the whole session, its messages included: the frontend replaces its copy by it.
pub async fn update(
    user: CurrentUser,
    State(state): State<App>,
    Id(id): Id<ChatId>,
    Valid(Change(change)): Valid<Change>,
) -> ApiResult<Reply<SessionView>> {
    let changed = state.context.store.change_chat(&user.id, &id, &change).await?;
    changed.ok_or_else(|| ApiError::not_found("Session"))?;
    Ok(ok("Session updated.", full_session(&state, &user.id, &id).await?))
}
