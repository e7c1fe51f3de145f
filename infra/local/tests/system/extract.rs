//! Text extraction.
