//! The embedding model for tests: loaded once in a process, since loading takes a part of a second.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::OnceLock;

use foundation::need::{Needed, need};

use crate::embeddings::{Embedder, ModelConfig};

/// The model for a test that cannot do without it: see [`need`].
///
/// # Panics
/// If the model is installed and cannot be loaded.
#[must_use]
pub fn needed_embedder() -> Option<Embedder> {
    need(Needed::EMBEDDING_MODEL)?;
    installed_embedder()
}

/// The installed model, or `None` if there is none.
///
/// # Panics
/// If the model is installed and cannot be loaded.
#[must_use]
pub fn installed_embedder() -> Option<Embedder> {
    static LOADED: OnceLock<Embedder> = OnceLock::new();
    let dir = Needed::EMBEDDING_MODEL.find()?;
    Some(LOADED.get_or_init(|| Embedder::load(&ModelConfig { dir, threads: 2, queue: 64 }).unwrap()).clone())
}
