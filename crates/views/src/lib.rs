//! What people see: pages and letters, from `www/templates` and the words of
//! `www/locales`.

pub mod letters;
