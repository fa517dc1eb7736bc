mod hostile;
mod kinds;
mod open_document;
mod open_xml;

use crate::{Limits, Report, inspect};

fn look(bytes: &[u8]) -> Report {
    inspect(bytes, &Limits::default())
}
