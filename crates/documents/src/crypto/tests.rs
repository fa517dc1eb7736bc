//! Held against the crates that everybody trusts.

use aes::cipher::{BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use sha2::Digest;

use super::{Aes, Sha2, md5, rc4};

/// Bytes that differ, by position.
fn bytes(count: usize) -> Vec<u8> {
    (1..=count).map(|n| (n * n * 7 + n / 3).to_le_bytes()[0]).collect()
}

#[test]
fn digests_of_every_length_around_a_block() {
    let own = Sha2::new();
    for length in (0..300).chain([1000, 4096]) {
        let message = bytes(length);
        assert_eq!(md5(&message), *::md5::Md5::digest(&message), "{length}");
        assert_eq!(own.sha256(&message), *sha2::Sha256::digest(&message), "{length}");
        assert_eq!(own.sha384(&message), *sha2::Sha384::digest(&message), "{length}");
        assert_eq!(own.sha512(&message), *sha2::Sha512::digest(&message), "{length}");
    }
}

/// RFC 6229 gives the first bytes of the key stream.
#[test]
fn rc4_of_the_rfc() {
    assert_eq!(rc4(&[1, 2, 3, 4, 5], &[0; 4]), [0xB2, 0x39, 0x63, 0x05]);
    let key: Vec<u8> = (1..=16).collect();
    assert_eq!(rc4(&key, &[0; 4]), [0x9A, 0xC7, 0xCC, 0x9A]);
    assert_eq!(rc4(&key, &rc4(&key, b"Bonjour")), b"Bonjour");
}

#[test]
fn aes_both_ways_and_for_both_lengths_of_key() {
    let (start, data) = ([7; 16], bytes(160));
    for (key, expected) in [(bytes(16), encrypted_128(&data)), (bytes(32), encrypted_256(&data))] {
        let cipher = Aes::new(&key).unwrap();
        assert_eq!(cipher.encrypt(start, &data), expected);
        assert_eq!(cipher.decrypt(start, &expected), data);
    }
    assert!(Aes::new(&bytes(24)).is_none());
}

#[test]
fn aes_leaves_out_what_is_no_block() {
    let cipher = Aes::new(&bytes(16)).unwrap();
    assert_eq!(cipher.encrypt([0; 16], &bytes(31)).len(), 16);
    assert_eq!(cipher.decrypt([0; 16], &bytes(15)).len(), 0);
}

fn encrypted_128(data: &[u8]) -> Vec<u8> {
    let cipher = cbc::Encryptor::<aes::Aes128>::new_from_slices(&bytes(16), &[7; 16]).unwrap();
    cipher.encrypt_padded_vec::<NoPadding>(data)
}

fn encrypted_256(data: &[u8]) -> Vec<u8> {
    let cipher = cbc::Encryptor::<aes::Aes256>::new_from_slices(&bytes(32), &[7; 16]).unwrap();
    cipher.encrypt_padded_vec::<NoPadding>(data)
}
