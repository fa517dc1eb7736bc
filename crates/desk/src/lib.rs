//! The staff desk without I/O: who may do what, and what leaves as a file.
//!
//! [`token`] reads the token of the sign-on in front of the desk, [`keys`]
//! remembers by which keys it may be signed, [`Access`] says what its bearer
//! may do, and [`same_origin`] which posts are the desk's
//! own. [`csv`] and [`zip`] write the exports.

mod access;
pub mod csv;
pub mod keys;
pub mod part;
pub mod same_origin;
pub mod token;
pub mod zip;

pub use access::{Access, Admins};
