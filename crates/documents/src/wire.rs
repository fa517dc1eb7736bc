//! A [`Report`] in numbers, for its way from the module of the page that looks into documents to
//! the one that drives the form.
//!
//! Both are of one build: nothing here has to mean the same tomorrow. Whom a report's names
//! matter to, takes it by serde.

use alloc::{string::String, vec::Vec};

use crate::{Active, Damage, Encryption, Kind, Report, Trace};

/// Returns the report, for [`decode`]. A length from 4 GiB on comes out as one byte less.
pub fn encode(report: &Report) -> Vec<u32> {
    let mut numbers = Vec::from([
        report.kind as u32,
        u32::try_from(report.bytes).unwrap_or(u32::MAX),
        report.damage.map_or(0, |damage| damage as u32 + 1),
        u32::from(report.pages.is_some()),
        report.pages.unwrap_or(0),
        report.encryption as u32,
        report.active.iter().fold(0, |set, &it| set | 1 << it as u32),
        report.traces.iter().fold(0, |set, &it| set | 1 << it as u32),
    ]);
    for author in &report.authors {
        numbers.extend(author.chars().map(u32::from));
        numbers.push(END);
    }
    numbers
}

/// Returns the report that [`encode`] has made `numbers` of.
pub fn decode(numbers: &[u32]) -> Option<Report> {
    let (fixed, names) = numbers.split_first_chunk()?;
    let [kind, bytes, damage, has_pages, pages, encryption, active, traces] = *fixed;
    Some(Report {
        kind: at(&Kind::ALL, kind)?,
        bytes: bytes.into(),
        damage: damage.checked_sub(1).and_then(|damage| at(Damage::ALL, damage)),
        pages: (has_pages > 0).then_some(pages),
        encryption: at(Encryption::ALL, encryption)?,
        active: Active::ALL.iter().copied().filter(|&it| active >> it as u32 & 1 > 0).collect(),
        traces: Trace::ALL.iter().copied().filter(|&it| traces >> it as u32 & 1 > 0).collect(),
        authors: names.split_inclusive(|&number| number == END).map(name).collect(),
    })
}

/// Stands behind each name: no character has this number.
const END: u32 = u32::MAX;

fn at<T: Copy>(all: &[T], place: u32) -> Option<T> {
    all.get(usize::try_from(place).ok()?).copied()
}

fn name(numbers: &[u32]) -> String {
    numbers.iter().copied().filter_map(char::from_u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn arrives(report: &Report) {
        assert_eq!(decode(&encode(report)).as_ref(), Some(report));
    }

    #[test]
    fn each_value_arrives() {
        for kind in Kind::ALL {
            arrives(&Report::of(kind, 18_000_000));
        }
        let plain = Report::of(Kind::Pdf, 0);
        for &damage in Damage::ALL {
            arrives(&Report { damage: Some(damage), ..plain.clone() });
        }
        for &encryption in Encryption::ALL {
            arrives(&Report { encryption, ..plain.clone() });
        }
        for &active in Active::ALL {
            arrives(&Report { active: vec![active], ..plain.clone() });
        }
        for &trace in Trace::ALL {
            arrives(&Report { traces: vec![trace], ..plain.clone() });
        }
        for pages in [0, 1, 120, u32::MAX] {
            arrives(&Report { pages: Some(pages), ..plain.clone() });
        }
    }

    #[test]
    fn what_there_is_several_of_arrives_in_order() {
        arrives(&Report {
            active: Active::ALL.to_vec(),
            traces: Trace::ALL.to_vec(),
            authors: vec!["Zoë \"Zo\" \\ D.\0\n".into(), String::new(), "李".into()],
            ..Report::of(Kind::Docx, 1)
        });
    }

    #[test]
    fn nothing_comes_of_what_is_no_report() {
        let whole = encode(&Report::of(Kind::Unknown, 1));
        for length in 0..whole.len() {
            assert_eq!(decode(&whole[..length]), None);
        }
        assert_eq!(decode(&[99; 8]), None);
    }
}
