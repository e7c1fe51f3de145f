//! `PUT /chat/sessions/:id/messages/:mid/feedback`: what the user thought of an answer.

use axum::extract::State;
use foundation::ApiResult;
use foundation::ids::{ChatId, MessageId};
use serde_json::Value;
use shared::access::CurrentUser;
use shared::http::{Field, Fields, FromFields, Id, Invalid, OptionalText, Reply, Valid, ok};
use shared::store::Feedback;

use crate::App;
use crate::views::MessageView;

/// `{rating, comment?}`
#[derive(Debug)]
pub struct Opinion(Feedback);

#[derive(Debug)]
struct Rating(u8);

impl Field for Rating {
    fn parse(value: &Value) -> Result<Self, String> {
        let rating =
            value.as_u64().and_then(|rating| u8::try_from(rating).ok()).filter(|rating| (1..=5).contains(rating));
        rating.map(Self).ok_or_else(|| "must be a whole number from 1 to 5".to_owned())
    }
}

impl FromFields for Opinion {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let rating = fields.required::<Rating>("rating");
        let comment = fields.optional::<OptionalText<2000>>("comment");
        Ok(Self(Feedback {
            rating: rating?.0,
            comment: comment?.and_then(|text| text.0),
            created_at: foundation::time::now(),
        }))
    }
}

/// The last one given counts.
pub async fn give(
    user: CurrentUser,
    State(state): State<App>,
    Id((id, message)): Id<(ChatId, MessageId)>,
    Valid(Opinion(feedback)): Valid<Opinion>,
) -> ApiResult<Reply<MessageView>> {
    let kept = state.conversations.give_feedback(&user.id, &id, &message, &feedback).await?;
    Ok(ok("Thank you for your feedback.", MessageView::new(kept, &state.context.config.http.gateway_url)))
}
