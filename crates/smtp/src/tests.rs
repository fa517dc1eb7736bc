//! The dialogue against scripted servers. Time is tokio's paused clock: a server that hangs costs nothing.

mod dialogue;
mod protection;
mod server;
mod stream;
