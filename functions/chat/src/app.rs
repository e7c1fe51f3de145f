//! What the handlers hold.

use answers::assistant::Assistant;
use answers::conversation::Conversations;
use axum::extract::FromRef;
use shared::Context;

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// Configuration and storage.
    pub context: Context,
    /// Questions and their answers.
    pub conversations: Conversations,
}

impl App {
    /// Answers come from `assistant`.
    #[must_use]
    pub fn new(context: Context, assistant: Assistant) -> Self {
        Self { conversations: Conversations::new(context.clone(), assistant), context }
    }

    /// Waits until every running answer is stored; call it when no more requests are accepted.
    pub async fn drain(&self) {
        self.conversations.drain().await;
    }
}

impl FromRef<App> for Context {
    fn from_ref(state: &App) -> Self {
        state.context.clone()
    }
}
