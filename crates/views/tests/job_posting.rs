//! A posting's JSON-LD against what Google's job search documents
//! (<https://developers.google.com/search/docs/appearance/structured-data/job-posting>).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use domain::Posting;
use domain::posting::{Contract, Period, Remote};
use locales::EN;
use serde_json::Value;
use support::{CLOSES, OPEN, SITE, between, fresh, posting};

const REQUIRED: [&str; 5] =
    ["datePosted", "description", "hiringOrganization", "jobLocation", "title"];
const RECOMMENDED: [&str; 7] = [
    "applicantLocationRequirements",
    "baseSalary",
    "directApply",
    "employmentType",
    "identifier",
    "jobLocationType",
    "validThrough",
];
/// Known to schema.org, and not used by Google.
const BESIDES: [&str; 4] = ["@context", "@type", "jobStartDate", "url"];

fn data(posting: &Posting, now: rules::Timestamp) -> Value {
    let values = rules::Form::default();
    let page = views::posting(&EN, posting, now, Some(fresh(&values)), &SITE);
    let data = between(&page, "<script type=\"application/ld+json\">", "</script>");
    serde_json::from_str(data).unwrap()
}

/// A posting with everything that may be left out.
fn complete() -> Posting {
    let mut posting = posting();
    let place = &mut posting.place;
    place.street = Some("Rue de Stassart 36".to_owned());
    place.postcode = Some("1050".to_owned());
    place.region = Some("Bruxelles-Capitale".to_owned());
    place.remote = Some(Remote::Fully);
    posting.organisation.logo = Some("https://www.example.org/logo.png".to_owned());
    posting
}

#[test]
fn a_complete_posting_has_every_property_and_no_unknown_one() {
    let data = data(&complete(), OPEN);
    for name in REQUIRED.iter().chain(&RECOMMENDED) {
        check(name, &data[*name]).unwrap_or_else(|wrong| panic!("{name}: {wrong} in {data}"));
    }
    for name in data.as_object().unwrap().keys() {
        let known = [&REQUIRED[..], &RECOMMENDED, &BESIDES].concat();
        assert!(known.contains(&name.as_str()), "{name} is unknown");
    }
}

#[test]
fn what_a_posting_does_not_say_is_left_out() {
    let mut posting = posting();
    posting.salary = None;
    posting.place.remote = Some(Remote::Partly);
    posting.contract = Contract::Permanent;
    let data = data(&posting, CLOSES);
    for name in REQUIRED {
        check(name, &data[name]).unwrap_or_else(|wrong| panic!("{name}: {wrong} in {data}"));
    }
    // Partly remote work is none for Google.
    for name in ["baseSalary", "jobLocationType", "applicantLocationRequirements"] {
        assert!(data.get(name).is_none(), "{name} in {data}");
    }
    for name in ["streetAddress", "postalCode", "addressRegion"] {
        assert!(data["jobLocation"]["address"].get(name).is_none(), "{name} in {data}");
    }
    assert_eq!(data["directApply"], false, "closed");
}

#[test]
fn the_salary_is_that_of_the_workload() {
    let pay = |posting: &Posting| {
        let value = &data(posting, OPEN)["baseSalary"]["value"];
        (value["minValue"].as_u64().unwrap(), value["maxValue"].as_u64().unwrap())
    };
    let mut posting = posting();
    assert_eq!((posting.workload, pay(&posting)), (80, (30_720, 33_120)));
    posting.workload = 100;
    assert_eq!(pay(&posting), (38_400, 41_400));
    posting.workload = 50;
    posting.salary.as_mut().unwrap().period = Period::Hour;
    assert_eq!(pay(&posting), (38_400, 41_400), "an hour is an hour");
}

/// Checks a value by the type and format that Google documents.
fn check(name: &str, value: &Value) -> Result<(), String> {
    let text = |pointer: &str| {
        let found = value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        found.ok_or_else(|| format!("no text at {pointer:?}"))
    };
    let is = |pointer: &str, wanted: &[&str]| {
        let found = text(pointer)?;
        wanted.contains(&found).then_some(()).ok_or_else(|| format!("{found} at {pointer:?}"))
    };
    match name {
        "title" => text("").map(drop),
        // The whole description, as HTML.
        "description" => text("")?.contains("<p>").then_some(()).ok_or("no HTML".to_owned()),
        "datePosted" => date(text("")?),
        "validThrough" => instant(text("")?),
        "hiringOrganization" => {
            is("/@type", &["Organization"])?;
            text("/name")?;
            for pointer in ["/sameAs", "/logo"] {
                if value.pointer(pointer).is_some() && !text(pointer)?.starts_with("https://") {
                    return Err(format!("no address at {pointer}"));
                }
            }
            Ok(())
        }
        "jobLocation" => {
            is("/@type", &["Place"])?;
            is("/address/@type", &["PostalAddress"])?;
            text("/address/addressLocality")?;
            let country = text("/address/addressCountry")?;
            (country.len() == 2).then_some(()).ok_or(format!("{country} is no ISO 3166-1 code"))
        }
        "applicantLocationRequirements" => {
            is("/@type", &["Country", "State"])?;
            text("/name").map(drop)
        }
        "baseSalary" => {
            is("/@type", &["MonetaryAmount"])?;
            is("/value/@type", &["QuantitativeValue"])?;
            is("/value/unitText", &["HOUR", "DAY", "WEEK", "MONTH", "YEAR"])?;
            let number = |pointer: &str| {
                value
                    .pointer(pointer)
                    .and_then(Value::as_u64)
                    .ok_or(format!("no number at {pointer}"))
            };
            let ordered = number("/value/minValue")? <= number("/value/maxValue")?;
            let currency = text("/currency")?;
            (currency.len() == 3 && ordered).then_some(()).ok_or(format!("{value}"))
        }
        "directApply" => value.as_bool().map(drop).ok_or("no Boolean".to_owned()),
        "employmentType" => {
            let known =
                ["FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN", "VOLUNTEER"];
            let types = value.as_array().ok_or("no list")?;
            let all = types.iter().all(|one| one.as_str().is_some_and(|one| known.contains(&one)));
            (all && !types.is_empty()).then_some(()).ok_or(format!("{value}"))
        }
        "identifier" => {
            is("/@type", &["PropertyValue"])?;
            text("/name").and(text("/value")).map(drop)
        }
        "jobLocationType" => is("", &["TELECOMMUTE"]),
        other => Err(format!("{other} has no rule")),
    }
}

/// ISO 8601, `2025-07-09`.
fn date(text: &str) -> Result<(), String> {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    (shape == "0000-00-00").then_some(()).ok_or(format!("{text} is no date"))
}

/// ISO 8601 in UTC, `2025-08-03T22:00:00Z`.
fn instant(text: &str) -> Result<(), String> {
    let (day, time) = text.split_once('T').ok_or(format!("{text} is no instant"))?;
    date(day)?;
    (time.len() == 9 && time.ends_with('Z')).then_some(()).ok_or(format!("{text} is no instant"))
}
