//! When somebody speaks, and when they have finished.
