//! A router that knows its routes, so that they can be compared with the description.

use std::convert::Infallible;

use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, Route};
use tower::{Layer, Service};

/// The routes of a family: [`axum::Router`], which does not tell what its routes are, beside their paths.
#[derive(Debug, Clone)]
pub struct Router<S = ()> {
    routes: axum::Router<S>,
    paths: Vec<&'static str>,
}

impl<S: Clone + Send + Sync + 'static> Router<S> {
    /// A router without routes.
    #[must_use]
    pub fn new() -> Self {
        Self { routes: axum::Router::new(), paths: Vec::new() }
    }

    /// Adds a route.
    #[must_use]
    pub fn route(mut self, path: &'static str, methods: MethodRouter<S>) -> Self {
        self.paths.push(path);
        Self { routes: self.routes.route(path, methods), ..self }
    }

    /// Adds the routes of another.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.paths.extend(other.paths);
        Self { routes: self.routes.merge(other.routes), ..self }
    }

    /// Puts a layer around all routes that are here now.
    #[must_use]
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self { routes: self.routes.layer(layer), ..self }
    }

    /// Gives the handlers their state.
    #[must_use]
    pub fn with_state(self, state: S) -> Router {
        Router { routes: self.routes.with_state(state), paths: self.paths }
    }

    /// The paths of all routes, with their variables: `/api/v1/chat/sessions/{id}`.
    #[must_use]
    pub fn paths(&self) -> &[&'static str] {
        &self.paths
    }
}

impl<S: Clone + Send + Sync + 'static> Default for Router<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> From<Router<S>> for axum::Router<S> {
    fn from(router: Router<S>) -> Self {
        router.routes
    }
}
