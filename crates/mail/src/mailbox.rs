use addresses::Address;

/// An address with an optional display name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Any text. It is [cleaned](crate#cleaning) when written, and left out where nothing remains.
    pub name: Option<String>,
    /// The address.
    pub address: Address,
}

impl Mailbox {
    /// Makes a mailbox with a display name.
    pub fn new(name: impl Into<String>, address: Address) -> Self {
        Self { name: Some(name.into()), address }
    }
}

impl From<Address> for Mailbox {
    fn from(address: Address) -> Self {
        Self { name: None, address }
    }
}
