//! Encrypts a message.

use std::io::Read;

use pgp::composed::{Encryption, MessageBuilder};
use pgp::crypto::aead::{AeadAlgorithm, ChunkSize};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::types::CompressionAlgorithm;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use crate::Key;
use crate::armor::Armor;

/// Why nothing was encrypted. The texts name no person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// There is no key.
    #[error("there is no key")]
    NoKey,
    /// One of the keys has expired.
    #[error("the key {0} has expired")]
    Expired(String),
    /// The library refused.
    #[error("the message could not be encrypted")]
    Failed,
}

/// Appends what `source` says, encrypted to all of `keys` and in armor with
/// CRLF, to `out`.
///
/// `source` is read piece by piece, so that the message in clear need not be
/// in memory as a whole. It is compressed: a mail's base64 becomes almost as
/// small as the bytes in it. `seed` must be random, and used once.
///
/// The format is that of RFC 9580 where all keys say that they read it, else
/// that of RFC 4880 (AES-256 with a modification detection code).
///
/// # Errors
///
/// Where one of the keys cannot be used at `now`, in milliseconds since 1970.
/// `out` may then hold the beginning of a message.
pub fn seal(
    keys: &[Key],
    now: i64,
    seed: [u8; 32],
    source: impl Read,
    out: &mut Vec<u8>,
) -> Result<(), SealError> {
    let usable =
        |key| Key::subkey_at(key, now).ok_or_else(|| SealError::Expired(key.fingerprint()));
    let subkeys = keys.iter().map(usable).collect::<Result<Vec<_>, _>>()?;
    if subkeys.is_empty() {
        return Err(SealError::NoKey);
    }
    let mut rng = StdRng::from_seed(seed);
    let mut builder = MessageBuilder::from_reader("", source);
    builder.compression(CompressionAlgorithm::ZLIB);
    let cipher = SymmetricKeyAlgorithm::AES256;
    if subkeys.iter().all(|(_, takes_v2)| *takes_v2) {
        let mut builder =
            builder.seipd_v2(&mut rng, cipher, AeadAlgorithm::Ocb, ChunkSize::default());
        for (subkey, _) in &subkeys {
            builder.encrypt_to_key(&mut rng, subkey).map_err(|_| SealError::Failed)?;
        }
        return write(builder, rng, Armor::begin(out, false));
    }
    let mut builder = builder.seipd_v1(&mut rng, cipher);
    for (subkey, _) in &subkeys {
        builder.encrypt_to_key(&mut rng, subkey).map_err(|_| SealError::Failed)?;
    }
    write(builder, rng, Armor::begin(out, true))
}

fn write<R: Read, E: Encryption>(
    builder: MessageBuilder<'_, R, E>,
    rng: StdRng,
    mut armor: Armor<'_>,
) -> Result<(), SealError> {
    builder.to_writer(rng, &mut armor).map_err(|_| SealError::Failed)?;
    armor.end();
    Ok(())
}
