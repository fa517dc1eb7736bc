//! Writes a list of one text as that text, so that what was stored when there
//! could be only one stays as it is.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrSeveral {
    One(String),
    Several(Vec<String>),
}

pub(crate) fn serialize<S: Serializer>(texts: &[String], to: S) -> Result<S::Ok, S::Error> {
    match texts {
        [one] => one.serialize(to),
        several => several.serialize(to),
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(match OneOrSeveral::deserialize(from)? {
        OneOrSeveral::One(one) => vec![one],
        OneOrSeveral::Several(several) => several,
    })
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct To(#[serde(with = "super")] Vec<String>);

    #[test]
    fn one_text_is_written_as_it_was_before_there_could_be_several() {
        for (texts, json) in [(&["a"][..], r#""a""#), (&["a", "b"], r#"["a","b"]"#)] {
            let to = To(texts.iter().map(|text| (*text).to_owned()).collect());
            assert_eq!(serde_json::to_string(&to).unwrap(), json);
            assert_eq!(serde_json::from_str::<To>(json).unwrap(), to);
        }
    }
}
