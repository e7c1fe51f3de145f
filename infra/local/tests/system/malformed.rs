//! Malformed and hostile PDFs through upload.
