//! What survives a restart, also a kill.
