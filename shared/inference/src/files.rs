//! The files of a model.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use crate::NetworkError;

/// Reads a JSON file.
///
/// # Errors
/// If it is missing or malformed.
pub fn read_json<T: DeserializeOwned>(file: &Path) -> Result<T, NetworkError> {
    let failed = |error: &dyn std::fmt::Display| NetworkError::new(format!("reading {}", file.display()), error);
    let text = std::fs::read_to_string(file).map_err(|error| failed(&error))?;
    serde_json::from_str(&text).map_err(|error| failed(&error))
}

/// A model in a folder, which is loaded when it is first needed. Clones share it.
#[derive(Debug)]
pub struct LazyModel<T> {
    folder: PathBuf,
    load: fn(&Path) -> Result<T, NetworkError>,
    model: Arc<OnceCell<Arc<T>>>,
}

impl<T> Clone for LazyModel<T> {
    fn clone(&self) -> Self {
        Self { folder: self.folder.clone(), load: self.load, model: self.model.clone() }
    }
}

impl<T: Send + Sync + 'static> LazyModel<T> {
    /// The model in `folder`, to be loaded by `load`.
    #[must_use]
    pub fn new(folder: PathBuf, load: fn(&Path) -> Result<T, NetworkError>) -> Self {
        Self { folder, load, model: Arc::default() }
    }

    /// The model; `None` if there is no such folder. What failed is tried again the next time.
    ///
    /// # Errors
    /// If it cannot be loaded.
    pub async fn get(&self) -> Result<Option<Arc<T>>, NetworkError> {
        if let Some(model) = self.loaded() {
            return Ok(Some(model.clone()));
        }
        if !self.folder.is_dir() {
            return Ok(None);
        }
        let load = || async {
            let (folder, load) = (self.folder.clone(), self.load);
            let loaded = tokio::task::spawn_blocking(move || load(&folder)).await;
            loaded.map_err(|error| NetworkError::new("loading a model", error))?.map(Arc::new)
        };
        self.model.get_or_try_init(load).await.cloned().map(Some)
    }

    /// The model, if it is loaded.
    #[must_use]
    pub fn loaded(&self) -> Option<&Arc<T>> {
        self.model.get()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn number(folder: &Path) -> Result<u32, NetworkError> {
        read_json(&folder.join("number.json"))
    }

    #[tokio::test]
    async fn a_model_is_loaded_once_it_is_there_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("model");
        let model = LazyModel::new(place.clone(), number);
        assert_eq!(model.get().await.unwrap(), None);
        std::fs::create_dir(&place).unwrap();
        assert!(model.get().await.unwrap_err().to_string().contains("number.json"));
        std::fs::write(place.join("number.json"), "x").unwrap();
        assert!(model.get().await.is_err());
        std::fs::write(place.join("number.json"), "7").unwrap();
        assert_eq!(model.get().await.unwrap().as_deref(), Some(&7));
        std::fs::remove_dir_all(&place).unwrap();
        assert_eq!(model.clone().get().await.unwrap().as_deref(), Some(&7), "it stays");
    }
}
