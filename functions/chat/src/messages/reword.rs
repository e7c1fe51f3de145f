//! `PATCH /chat/sessions/:id/messages/:mid`: other words, and all later messages dropped.

use answers::conversation::MessageText;
use axum::extract::State;
use foundation::ApiResult;
use foundation::ids::{ChatId, MessageId};
use shared::access::CurrentUser;
use shared::http::{Fields, FromFields, Id, Invalid, Reply, Valid, ok};

use crate::App;
use crate::views::MessageView;

/// The new words.
#[derive(Debug)]
pub struct Reworded {
    content: String,
}

impl FromFields for Reworded {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let content = fields.required::<MessageText<1>>("content");
        Ok(Self { content: content?.0 })
    }
}

/// Only one's own messages.
pub async fn reword(
    user: CurrentUser,
    State(state): State<App>,
    Id((id, message)): Id<(ChatId, MessageId)>,
    Valid(body): Valid<Reworded>,
) -> ApiResult<Reply<MessageView>> {
    let reworded = state.conversations.reword(&user.id, &id, &message, body.content).await?;
    Ok(ok("Message updated.", MessageView::new(reworded, &state.context.config.http.gateway_url)))
}
