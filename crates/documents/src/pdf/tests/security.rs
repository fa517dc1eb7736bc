//! Which documents open without a password. The files are encrypted here, with the ciphers that
//! `crypto` holds against other people's.

use super::{look, one_page};
use crate::{
    Encryption,
    crypto::{Aes, Sha2, md5, rc4},
    pdf::security::{PADDING, hardened},
    samples::Objects,
};

const ID: &[u8] = b"0123456789abcdef";
const OWNER: &[u8] = b"an owner's key of 32 bytes......";
const NAME: &[u8] = b"Ada Lovelace";

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Returns a document whose author's name is enciphered by `cipher`, with this encryption
/// dictionary.
fn document(entries: &str, name: &[u8]) -> Vec<u8> {
    one_page()
        .with(format!("<< /Author <{}> >>", hex(name)))
        .with(format!("<< /Filter /Standard {entries} >>"))
        .with_trailer(&format!("/Info 4 0 R /Encrypt 5 0 R /ID [<{}> <00>]", hex(ID)))
        .finish()
}

/// Returns the key of revisions 2 to 4 that `password` gives (algorithm 2), and its proof (4 and
/// 5).
fn short_key(password: &[u8], revision: u8, length: usize) -> (Vec<u8>, Vec<u8>) {
    let padded: Vec<u8> = password.iter().chain(&PADDING).copied().take(32).collect();
    let mut digest = md5(&[padded.as_slice(), OWNER, &(-4_i32).to_le_bytes(), ID].concat());
    for _ in 0..if revision == 2 { 0 } else { 50 } {
        digest = md5(&digest[..length]);
    }
    let key = digest[..length].to_vec();
    if revision == 2 {
        let proof = rc4(&key, &PADDING);
        return (key, proof);
    }
    let mut proof = md5(&[PADDING.as_slice(), ID].concat()).to_vec();
    for round in 0..20_u8 {
        proof = rc4(&key.iter().map(|byte| byte ^ round).collect::<Vec<u8>>(), &proof);
    }
    proof.resize(32, 0);
    (key, proof)
}

/// Returns the key for the strings of object 4.
fn for_object(key: &[u8], salt: &[u8]) -> Vec<u8> {
    let length = (key.len() + 5).min(16);
    md5(&[key, &[4, 0, 0, 0, 0], salt].concat())[..length].to_vec()
}

/// Returns a text with its initialisation vector before it and its padding behind it.
fn aes(key: &[u8], text: &[u8]) -> Vec<u8> {
    let padding = 16 - text.len() % 16;
    let padded = [text, &vec![padding.to_le_bytes()[0]; padding]].concat();
    [[9; 16].to_vec(), Aes::new(key).unwrap().encrypt([9; 16], &padded)].concat()
}

fn short(password: &[u8], version: u8, revision: u8, bits: usize) -> Vec<u8> {
    let length = if revision == 2 { 5 } else { bits / 8 };
    let (key, proof) = short_key(password, revision, length);
    let (filters, name) = if version == 4 {
        let filters = "/CF << /StdCF << /CFM /AESV2 >> >> /StmF /StdCF /StrF /StdCF";
        (filters, aes(&for_object(&key, b"sAlT"), NAME))
    } else {
        ("", rc4(&for_object(&key, b""), NAME))
    };
    let (owner, user) = (hex(OWNER), hex(&proof));
    let entries = format!(
        "/V {version} /R {revision} /Length {bits} /P -4 /O <{owner}> /U <{user}> {filters}"
    );
    document(&entries, &name)
}

fn long(revision: u8, opens: bool) -> Vec<u8> {
    let hash = |salt: &[u8]| hash(revision, salt, b"");
    let (proof_salt, key_salt) = (b"saltsalt", b"SALTSALT");
    let mut user = [hash(proof_salt).as_slice(), proof_salt, key_salt].concat();
    user[0] ^= u8::from(!opens);
    let key = [7; 32];
    let wrapped = Aes::new(&hash(key_salt)).unwrap().encrypt([0; 16], &key);
    let (user, wrapped) = (hex(&user), hex(&wrapped));
    let entries = format!(
        "/V 5 /R {revision} /Length 256 /P -4 /U <{user}> /UE <{wrapped}> \
         /CF << /StdCF << /CFM /AESV3 >> >> /StmF /StdCF /StrF /StdCF"
    );
    document(&entries, &aes(&key, NAME))
}

fn hash(revision: u8, salt: &[u8], user: &[u8]) -> [u8; 32] {
    let sha2 = Sha2::new();
    match revision {
        5 => sha2.sha256(&[salt, user].concat()),
        _ => hardened(&sha2, salt, user),
    }
}

/// Returns a document whose user has a password and whose owner has none.
fn owned(revision: u8) -> Vec<u8> {
    let user = [5; 48];
    let hash = |salt: &[u8]| hash(revision, salt, &user);
    let owner = [hash(b"saltsalt").as_slice(), b"saltsaltSALTSALT"].concat();
    let wrapped = Aes::new(&hash(b"SALTSALT")).unwrap().encrypt([0; 16], &[7; 32]);
    let entries = format!(
        "/V 5 /R {revision} /Length 256 /P -4 /U <{}> /O <{}> /OE <{}> \
         /CF << /StdCF << /CFM /AESV3 >> >> /StmF /StdCF /StrF /StdCF",
        hex(&user),
        hex(&owner),
        hex(&wrapped)
    );
    document(&entries, &aes(&[7; 32], NAME))
}

#[test]
fn an_owner_without_a_password_opens_it() {
    for revision in [5, 6] {
        let report = look(&owned(revision));
        assert_eq!(report.encryption, Encryption::Opens, "{revision}");
        assert_eq!(report.authors, ["Ada Lovelace"], "{revision}");
    }
}

#[test]
fn the_empty_password_opens_every_revision() {
    let cases = [
        ("RC4 of 40 bits", short(b"", 1, 2, 40), short(b"secret", 1, 2, 40)),
        ("RC4 of 128 bits", short(b"", 2, 3, 128), short(b"secret", 2, 3, 128)),
        ("AES of 128 bits", short(b"", 4, 4, 128), short(b"secret", 4, 4, 128)),
        ("AES of 256 bits, as first published", long(5, true), long(5, false)),
        ("AES of 256 bits", long(6, true), long(6, false)),
    ];
    for (name, opens, locked) in cases {
        let report = look(&opens);
        assert_eq!(report.encryption, Encryption::Opens, "{name}");
        assert_eq!(report.authors, ["Ada Lovelace"], "{name}");
        assert!(report.is_readable(), "{name}");
        let report = look(&locked);
        assert_eq!(report.encryption, Encryption::Password, "{name}");
        assert!(!report.is_readable() && report.authors.is_empty(), "{name}");
    }
}

#[test]
fn a_lock_that_nobody_knows_needs_a_password() {
    let locked = |entries: &str| {
        let file = one_page().with(format!("<< {entries} >>")).with_trailer("/Encrypt 4 0 R");
        look(&file.finish()).encryption
    };
    let cases = [
        "",
        "/Filter /Adobe.PubSec /V 4",
        "/Filter /Standard",
        "/Filter /Standard /V 2 /R 3 /O () /U ()",
        "/Filter /Standard /V 9 /R 9",
        "/Filter /Standard /V 5 /R 6 /U <00>",
        "/Filter /Standard /V 4 /R 4 /StmF /Missing /StrF /Missing",
    ];
    for entries in cases {
        assert_eq!(locked(entries), Encryption::Password, "{entries}");
    }
}

#[test]
fn only_the_attachments_may_be_locked() {
    let entries = "/V 5 /R 6 /U <00> /CF << /StdCF << /CFM /AESV3 >> >> \
                   /StmF /Identity /StrF /Identity /EFF /StdCF";
    let report = look(&document(entries, NAME));
    assert_eq!((report.encryption, report.pages), (Encryption::Attachments, Some(1)));
    assert!(report.is_readable());
}

#[test]
fn an_encryption_dictionary_that_is_not_there_locks_nothing() {
    let file = Objects::new()
        .with("<< /Pages 2 0 R >>")
        .with("<< /Kids [<< >>] >>")
        .with_trailer("/Encrypt 9 0 R")
        .finish();
    assert_eq!(look(&file).encryption, Encryption::None);
}
