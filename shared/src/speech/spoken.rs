//! Text as a person would read it out.
