//! Texts by key.

use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, vec::Vec};

use serde::{Deserialize, Serialize, Serializer};

/// Texts by key, in the order of the keys.
///
/// There are few: a list finds them as fast as a map, and weighs a tenth of
/// one in the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "BTreeMap<String, String>")]
pub struct TextMap(Vec<(String, String)>);

impl TextMap {
    /// Returns the text of `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == key).map(|(_, text)| text)
    }

    /// Gives `key` another text, or none.
    pub fn set(&mut self, key: &str, text: Option<String>) {
        self.0.retain(|(known, _)| known != key);
        if let Some(text) = text {
            let at = self.iter().take_while(|(known, _)| *known < key).count();
            self.0.insert(at, (key.to_owned(), text));
        }
    }

    /// Returns each key with its text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, text)| (key.as_str(), text.as_str()))
    }
}

impl From<BTreeMap<String, String>> for TextMap {
    fn from(texts: BTreeMap<String, String>) -> Self {
        texts.into_iter().collect()
    }
}

impl<Key: AsRef<str>, Text: Into<String>> FromIterator<(Key, Text)> for TextMap {
    fn from_iter<I: IntoIterator<Item = (Key, Text)>>(texts: I) -> Self {
        let mut map = Self::default();
        for (key, text) in texts {
            map.set(key.as_ref(), Some(text.into()));
        }
        map
    }
}

impl Serialize for TextMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_an_object_in_json_in_the_order_of_its_keys() {
        let mut map =
            TextMap::from_iter([("fr", "Oui"), ("en", "Yes"), ("de", "Ja"), ("fr", "Si")]);
        map.set("de", None);
        let json = serde_json::to_string(&map).unwrap();
        assert_eq!(json, r#"{"en":"Yes","fr":"Si"}"#);
        assert_eq!(serde_json::from_str::<TextMap>(&json).unwrap(), map);
        assert_eq!((map.get("fr"), map.get("de")), (Some("Si"), None));
    }
}
