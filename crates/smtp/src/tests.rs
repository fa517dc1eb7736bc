//! Sessions with scripted servers. Time is tokio's paused clock, so a server that hangs costs no time.

mod dialogue;
mod protection;
mod server;
mod session;
mod stream;
