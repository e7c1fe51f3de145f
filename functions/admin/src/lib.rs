//! The `admin` function: figures and lists of all users, for administrators. It only reads.

mod dashboard;
mod periods;
#[cfg(feature = "schemas")]
pub mod schemas;
mod sessions;
mod trends;
mod uploads;
mod users;

use axum::extract::FromRef;
use axum::routing::get;
use shared::Context;
use shared::http::Router;
use shared::store::User;

/// What the function holds.
#[derive(Debug, Clone)]
pub struct App {
    context: Context,
}

impl App {
    /// Everything that the function needs.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self { context }
    }

    /// How many rows a list has at most.
    fn rows(&self) -> usize {
        self.context.config.admin.rows
    }
}

impl FromRef<App> for Context {
    fn from_ref(state: &App) -> Self {
        state.context.clone()
    }
}

/// The routes under `/api/v1/admin`.
pub fn router(state: App) -> Router {
    Router::new()
        .route("/api/v1/admin/dashboard", get(dashboard::show_dashboard))
        .route("/api/v1/admin/dashboard/trends", get(trends::show_trends))
        .route("/api/v1/admin/users", get(users::list_users))
        .route("/api/v1/admin/uploads", get(uploads::list_uploads))
        .route("/api/v1/admin/sessions", get(sessions::list_sessions))
        .with_state(state)
}

/// What a user is called; never empty.
fn name_of(user: &User) -> String {
    let name = format!("{} {}", user.first_name, user.last_name);
    match name.trim() {
        "" => user.email.local_part().to_owned(),
        name => name.to_owned(),
    }
}
