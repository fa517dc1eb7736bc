/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is not an armored key, or what it says of itself is not signed by it.
    #[error("it is not an OpenPGP public key")]
    Unreadable,
    /// It is a private key.
    #[error("it is a private key")]
    Private,
    /// The text has more than one key.
    #[error("it is more than one key")]
    Several,
    /// Its owner has revoked it.
    #[error("it is revoked")]
    Revoked,
    /// It has no subkey for encryption that could be used.
    #[error("it has no subkey for encryption")]
    NoEncryption,
    /// Its subkey for encryption is RSA with fewer than [`Problem::LEAST_BITS`] bits.
    #[error("it is too short")]
    TooShort,
    /// It, or its subkey for encryption, has expired.
    #[error("it has expired")]
    Expired,
}

impl Problem {
    /// The fewest bits of an RSA key: what NIST (SP 800-131A) and BSI (TR-02102) allow.
    pub const LEAST_BITS: usize = 2048;
}
