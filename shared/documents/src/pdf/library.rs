//! The PDFium library, loaded once.

use std::path::Path;
use std::sync::OnceLock;

use pdfium_render::prelude::Pdfium;

static PDFIUM: OnceLock<Pdfium> = OnceLock::new();

/// Loads PDFium from the library file at `path`. A library that is already loaded stays.
///
/// # Errors
/// If there is no such library, with the loader's message.
pub(super) fn load(path: &Path) -> Result<&'static Pdfium, String> {
    // Two threads that come first at the same time would both bind it, which fails for one of them.
    static LOADING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _loading = LOADING.lock();
    if let Some(pdfium) = PDFIUM.get() {
        return Ok(pdfium);
    }
    let bindings =
        Pdfium::bind_to_library(path).map_err(|error| format!("{} cannot be loaded: {error}", path.display()))?;
    Ok(PDFIUM.get_or_init(|| Pdfium::new(bindings)))
}
