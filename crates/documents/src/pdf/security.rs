//! Implements the standard security handler (ISO 32000-2, 7.6): finds out whether the empty password
//! opens a document, and deciphers its streams and strings.

use super::{
    filters::{self, Resolve},
    indirect::Indirect,
    value::{Dict, Value},
};
use crate::{
    bytes::head,
    crypto::{Aes, Sha2, md5, rc4},
};

/// Whether a document is encrypted, and for whom.
pub(super) enum Lock {
    None,
    /// It opens without a password.
    Open(Key),
    /// It needs a password, or a certificate, or is locked in an unknown way.
    Closed,
    /// Only the files attached to it are encrypted.
    Attachments,
}

/// What deciphers a document.
pub(super) struct Key {
    bytes: Vec<u8>,
    streams: Method,
    strings: Method,
    plain_metadata: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Plain,
    Rc4,
    /// AES with a key of its own for each object.
    AesV2,
    AesV3,
}

impl Lock {
    /// Reads the lock of a document by its trailer.
    pub(super) fn of<'a>(trailer: Dict<'a>, resolve: Resolve<'_, 'a>) -> Self {
        match resolve(trailer.get(b"Encrypt")) {
            Value::Dict(dict) => Self::read(trailer, dict, resolve).unwrap_or(Self::Closed),
            _ => Self::None,
        }
    }

    fn read<'a>(trailer: Dict<'a>, dict: Dict<'a>, resolve: Resolve<'_, 'a>) -> Option<Self> {
        let Value::Name(handler) = resolve(dict.get(b"Filter")) else { return None };
        if !handler.is(b"Standard") {
            return None;
        }
        let handler = Handler::of(trailer, dict, resolve)?;
        let method = |key: &[u8]| handler.method(dict, key, resolve);
        let (streams, strings) = (method(b"StmF")?, method(b"StrF")?);
        let nothing_else = streams == Method::Plain && strings == Method::Plain;
        if nothing_else && handler.version >= 4 && method(b"EFF") != Some(Method::Plain) {
            return Some(Self::Attachments);
        }
        let bytes = handler.key()?;
        Some(Self::Open(Key { bytes, streams, strings, plain_metadata: handler.plain_metadata }))
    }
}

impl Key {
    pub(super) fn decipher_stream(&self, object: &Indirect, data: &[u8]) -> Vec<u8> {
        let method = match object.value {
            Value::Dict(dict) if self.is_plain(dict) => Method::Plain,
            _ => self.streams,
        };
        self.decipher(method, object, data)
    }

    pub(super) fn decipher_string(&self, object: &Indirect, data: &[u8]) -> Vec<u8> {
        self.decipher(self.strings, object, data)
    }

    /// Cross-reference streams never are encrypted; a stream may have a filter that says it is not.
    fn is_plain(&self, dict: Dict) -> bool {
        let filtered = || {
            let names = filters::names(dict, &|value| value);
            names.iter().any(|name| matches!(name, Value::Name(name) if name.is(b"Crypt")))
        };
        let metadata = || self.plain_metadata && dict.is(b"Type", b"Metadata");
        dict.is(b"Type", b"XRef") || metadata() || filtered()
    }

    fn decipher(&self, method: Method, object: &Indirect, data: &[u8]) -> Vec<u8> {
        match method {
            Method::Plain => data.to_vec(),
            Method::Rc4 => rc4(&self.of_object(object, b""), data),
            Method::AesV2 => aes(&self.of_object(object, b"sAlT"), data).unwrap_or_default(),
            Method::AesV3 => aes(&self.bytes, data).unwrap_or_default(),
        }
    }

    /// Algorithm 1.
    fn of_object(&self, object: &Indirect, salt: &[u8]) -> Vec<u8> {
        let [low, middle, high, _] = object.number.to_le_bytes();
        let [generation, more, ..] = object.generation.to_le_bytes();
        let all = [self.bytes.as_slice(), &[low, middle, high, generation, more], salt].concat();
        let length = (self.bytes.len() + 5).min(16);
        head(&md5(&all), length).to_vec()
    }
}

/// Data that begin with their initialisation vector and end with their padding.
fn aes(key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let (start, data) = data.split_first_chunk::<16>()?;
    let mut plain = Aes::new(key)?.decrypt(*start, data);
    let padding = plain.last().copied().map_or(0, usize::from).min(16);
    plain.truncate(plain.len().saturating_sub(padding));
    Some(plain)
}

/// What the encryption dictionary says.
struct Handler {
    version: i64,
    revision: i64,
    owner: Vec<u8>,
    owner_key: Vec<u8>,
    user: Vec<u8>,
    user_key: Vec<u8>,
    permissions: i64,
    id: Vec<u8>,
    plain_metadata: bool,
}

impl Handler {
    fn of<'a>(trailer: Dict<'a>, dict: Dict<'a>, resolve: Resolve<'_, 'a>) -> Option<Self> {
        let integer = |key: &[u8]| match resolve(dict.get(key)) {
            Value::Integer(number) => Some(number),
            _ => None,
        };
        let text = |key: &[u8]| match resolve(dict.get(key)) {
            Value::Text(text) => text.bytes(),
            _ => Vec::new(),
        };
        let version = integer(b"V").unwrap_or(0);
        let id = match resolve(trailer.get(b"ID")) {
            Value::Array(both) => both.values().next().map(resolve),
            _ => None,
        };
        Some(Self {
            version,
            revision: integer(b"R")?,
            owner: text(b"O"),
            owner_key: text(b"OE"),
            user: text(b"U"),
            user_key: text(b"UE"),
            permissions: integer(b"P").unwrap_or(0),
            id: if let Some(Value::Text(id)) = id { id.bytes() } else { Vec::new() },
            plain_metadata: matches!(resolve(dict.get(b"EncryptMetadata")), Value::False),
        })
    }

    /// Returns how streams (`StmF`), strings (`StrF`) or attached files (`EFF`) are encrypted
    /// (7.6.6).
    fn method<'a>(&self, dict: Dict<'a>, key: &[u8], resolve: Resolve<'_, 'a>) -> Option<Method> {
        if self.version < 4 {
            return Some(Method::Rc4);
        }
        let Value::Name(name) = resolve(dict.get(key)) else { return Some(Method::Plain) };
        if name.is(b"Identity") {
            return Some(Method::Plain);
        }
        let Value::Dict(filters) = resolve(dict.get(b"CF")) else { return None };
        let Value::Dict(filter) = resolve(filters.get(name.0)) else { return None };
        let Value::Name(method) = resolve(filter.get(b"CFM")) else { return Some(Method::Plain) };
        let known = [
            (b"None".as_slice(), Method::Plain),
            (b"V2", Method::Rc4),
            (b"AESV2", Method::AesV2),
            (b"AESV3", Method::AesV3),
        ];
        known.into_iter().find(|(name, _)| method.is(name)).map(|(_, method)| method)
    }

    /// Returns the key that the empty password gives, if it is the user's; or the owner's, which
    /// since revision 5 may be empty where the user's is not.
    fn key(&self) -> Option<Vec<u8>> {
        match self.revision {
            2..=4 => self.short_key(),
            5 | 6 => self
                .long_key(&self.user, b"", &self.user_key)
                .or_else(|| self.long_key(&self.owner, self.user.get(..48)?, &self.owner_key)),
            _ => None,
        }
    }

    /// Algorithms 2, 4, 5 and 6. Before version 4 the dictionary's `/Length` is often wrong, and the
    /// key proves its length: each is tried. From version 4 on most readers insist on 16 bytes.
    fn short_key(&self) -> Option<Vec<u8>> {
        let [a, b, c, d, ..] = self.permissions.to_le_bytes();
        let end: &[u8] = if self.revision >= 4 && self.plain_metadata { &[0xFF; 4] } else { b"" };
        let owner = self.owner.get(..32)?;
        let digest = md5(&[PADDING.as_slice(), owner, &[a, b, c, d], &self.id, end].concat());
        if self.revision == 2 {
            return self.proved(head(&digest, 5));
        }
        let shortest = if self.version >= 4 { 16 } else { 5 };
        (shortest..=16).rev().find_map(|length| {
            let digest = (0..50).fold(digest, |digest, _| md5(head(&digest, length)));
            self.proved(head(&digest, length))
        })
    }

    /// Returns the key, if it is the one that the user's entry was made with.
    fn proved(&self, key: &[u8]) -> Option<Vec<u8>> {
        let proof = if self.revision == 2 {
            rc4(key, &PADDING)
        } else {
            let digest = md5(&[PADDING.as_slice(), &self.id].concat()).to_vec();
            (0..20).fold(digest, |proof, round| {
                rc4(&key.iter().map(|byte| byte ^ round).collect::<Vec<u8>>(), &proof)
            })
        };
        self.user.starts_with(&proof).then(|| key.to_vec())
    }

    /// Algorithms 2.A, 11 and 12: behind the digest stand the salts of the proof and of the key.
    fn long_key(&self, proof: &[u8], user: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
        let (digest, salts) = proof.split_at_checked(32)?;
        let (for_proof, rest) = salts.split_at_checked(8)?;
        let for_key = rest.get(..8)?;
        let sha2 = Sha2::new();
        let hash = |salt: &[u8]| match self.revision {
            5 => sha2.sha256(&[salt, user].concat()),
            _ => hardened(&sha2, salt, user),
        };
        if hash(for_proof) != *digest {
            return None;
        }
        let key = Aes::new(&hash(for_key))?.decrypt([0; 16], wrapped);
        (key.len() == 32).then_some(key)
    }
}

/// What short passwords are filled up with; the empty one is nothing else.
pub(super) const PADDING: [u8; 32] = [
    0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08,
    0x2E, 0x2E, 0x00, 0xB6, 0xD0, 0x68, 0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A,
];

/// Algorithm 2.B, for the empty password: of the user, or of the owner, who adds what proves the
/// `user`'s.
pub(super) fn hardened(sha2: &Sha2, salt: &[u8], user: &[u8]) -> [u8; 32] {
    let mut digest = sha2.sha256(&[salt, user].concat()).to_vec();
    let mut round = 0_u8;
    while let Some((key, rest)) = digest.split_first_chunk::<16>()
        && let Some(start) = rest.first_chunk()
        && let Some(cipher) = Aes::new(key)
    {
        let mixed = cipher.encrypt(*start, &[&digest, user].concat().repeat(64));
        // The first 16 bytes as a number, modulo 3: 256 is 1 more than a multiple.
        let sum: u32 = mixed.iter().take(16).map(|byte| u32::from(*byte)).sum();
        digest = match sum % 3 {
            0 => sha2.sha256(&mixed).to_vec(),
            1 => sha2.sha384(&mixed).to_vec(),
            _ => sha2.sha512(&mixed).to_vec(),
        };
        round = round.saturating_add(1);
        // The last byte decides how many rounds follow the first 64, and 224 more always suffice.
        if round >= 64 && mixed.last().is_none_or(|last| *last <= round.saturating_sub(32)) {
            break;
        }
    }
    digest.first_chunk().copied().unwrap_or_default()
}
