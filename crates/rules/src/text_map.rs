//! Texts by key.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Texts by key, in the order of the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TextMap(BTreeMap<String, String>);

impl TextMap {
    /// Returns the text of `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Gives `key` another text, or none.
    pub fn set(&mut self, key: &str, text: Option<String>) {
        match text {
            Some(text) => drop(self.0.insert(key.to_owned(), text)),
            None => drop(self.0.remove(key)),
        }
    }

    /// Returns each key with its text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, text)| (key.as_str(), text.as_str()))
    }
}

impl<Key: Into<String>, Text: Into<String>> FromIterator<(Key, Text)> for TextMap {
    fn from_iter<I: IntoIterator<Item = (Key, Text)>>(texts: I) -> Self {
        Self(texts.into_iter().map(|(key, text)| (key.into(), text.into())).collect())
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
