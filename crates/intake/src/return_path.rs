//! The return address of each mail: where a notification goes that it could not
//! be delivered.

use std::str::FromStr;

use mail::{Address, MessageId};

/// The most octets before the `@` (RFC 5321, 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// An address that takes notifications, `bounces@…`. Each mail has a return
/// address of its own under it, `bounces+7KXM29QT.staff.…@…`, with the left
/// side of its Message-ID. That is signed, so that nobody can make one up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnPath(Address);

impl FromStr for ReturnPath {
    type Err = ();

    fn from_str(address: &str) -> Result<Self, ()> {
        Address::parse(address).ok().and_then(Self::new).ok_or(())
    }
}

impl ReturnPath {
    /// The most octets before the `@`, so that there is room for the left side
    /// of any Message-ID.
    const ROOM: usize = 12;

    /// Returns nothing where the address has too many octets before its `@`.
    pub fn new(address: Address) -> Option<Self> {
        let (local, _) = address.as_str().rsplit_once('@')?;
        (local.len() <= Self::ROOM).then_some(Self(address))
    }

    /// Returns the return address of the mail with this Message-ID.
    pub(crate) fn of(&self, message_id: &MessageId) -> Address {
        let own = || {
            let (local, domain) = self.0.as_str().rsplit_once('@')?;
            let local = format!("{local}+{}", message_id.left());
            let address = Address::parse(&format!("{local}@{domain}")).ok()?;
            (local.len() <= LONGEST_LOCAL).then_some(address)
        };
        own().unwrap_or_else(|| self.0.clone())
    }

    /// Returns whether `address` is the return address of the mail with this
    /// Message-ID. Servers on the way may have changed the case.
    pub fn is_of(&self, message_id: &MessageId, address: &str) -> bool {
        self.of(message_id).as_str().eq_ignore_ascii_case(address.trim())
    }

    /// Returns what comes first in the Message-ID of the mail that `address` is
    /// the return address of: a reference, or the kind of a notice.
    pub fn begins<'a>(&self, address: &'a str) -> Option<&'a str> {
        let (local, domain) = self.0.as_str().rsplit_once('@')?;
        let (given, at) = address.trim().rsplit_once('@')?;
        let (before, left) = given.split_once('+')?;
        let is_ours = before.eq_ignore_ascii_case(local) && at.eq_ignore_ascii_case(domain);
        left.split('.').next().filter(|_| is_ours)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn under(address: &str) -> Option<ReturnPath> {
        ReturnPath::new(Address::parse(address).unwrap())
    }

    #[test]
    fn a_mail_has_a_return_address_of_its_own() {
        let path = under("bounces@in.example.org").unwrap();
        let id = |left: &str| MessageId::new(left, "example.org");
        let staff = id("7KXM29QT.staff.AbCdEfGhIjKlMnOpQrStUv");
        let address = path.of(&staff);
        let expected = "bounces+7KXM29QT.staff.AbCdEfGhIjKlMnOpQrStUv@in.example.org";
        assert_eq!(address.as_str(), expected);
        assert!(path.is_of(&staff, &expected.to_lowercase()));
        assert!(!path.is_of(&id("7KXM29QT.staff.AbCdEfGhIjKlMnOpQrStUw"), expected));
        assert_eq!(path.begins(expected), Some("7KXM29QT"));
        for other in ["bounces@in.example.org", "x+7KXM29QT.a@in.example.org", "bounces+7@b.org"] {
            assert_eq!(path.begins(other), None, "{other}");
        }
    }

    #[test]
    fn there_is_room_for_the_longest() {
        let longest = MessageId::new("7KXM29QT.acknowledgement.20.AbCdEfGhIjKlMnOpQrStUv", "b.org");
        let notice = MessageId::new("withdrawal_confirmation.AbCdEfGhIjKlMnOpQrStUv", "b.org");
        let path = under("a.bounces.to@in.example.org").unwrap();
        for id in [longest, notice] {
            let address = path.of(&id);
            assert!(path.is_of(&id, address.as_str()) && address.as_str().contains(id.left()));
        }
        assert_eq!(under("notifications@in.example.org"), None);
    }
}
