//! A posting as search engines read it: schema.org's `JobPosting`, with the
//! properties that Google's job search documents.

use rules::posting::{Contract, Period, Salary};
use rules::{LocalTime, Posting};
use serde_json::{Value, json};

use crate::data::embed;
use crate::words::last_instant;

/// The content of the JSON-LD element.
pub(crate) fn json_ld(posting: &Posting, url: &str, open: bool) -> String {
    let organisation = &posting.organisation;
    let mut value = json!({
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": posting.title,
        "description": posting.body,
        "identifier": {
            "@type": "PropertyValue",
            "name": organisation.name,
            "value": posting.slug,
        },
        "url": url,
        "datePosted": posting.published.to_string(),
        "validThrough": valid_through(posting),
        "employmentType": employment_type(posting),
        "hiringOrganization": { "@type": "Organization", "name": organisation.name },
        "jobLocation": {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "addressLocality": posting.place.town,
                "addressCountry": posting.place.country,
            },
        },
        "directApply": open,
    });
    let mut add = |pointer: &str, name: &str, fact: Option<Value>| {
        if let (Some(Value::Object(object)), Some(fact)) = (value.pointer_mut(pointer), fact) {
            object.insert(name.to_owned(), fact);
        }
    };
    let text = |text: &Option<String>| text.clone().map(Value::String);
    add("/hiringOrganization", "sameAs", text(&organisation.website));
    add("/hiringOrganization", "alternateName", text(&organisation.short));
    add("", "jobStartDate", posting.starts.map(|day| day.to_string().into()));
    add("", "baseSalary", posting.salary.as_ref().map(base_salary));
    embed(&value)
}

/// The last second in time, as the clock shows it where the posting closes.
fn valid_through(posting: &Posting) -> String {
    let zone = &posting.deadline.zone;
    let local = zone.local(last_instant(&posting.requirements.window));
    let LocalTime { date, hour, minute, second, offset_minutes } = local;
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset_minutes.unsigned_abs() / 60, offset_minutes.unsigned_abs() % 60);
    format!("{date}T{hour:02}:{minute:02}:{second:02}{sign}{hours:02}:{minutes:02}")
}

fn employment_type(posting: &Posting) -> Vec<&'static str> {
    let mut types = vec![if posting.workload < 100 { "PART_TIME" } else { "FULL_TIME" }];
    if matches!(posting.contract, Contract::FixedTerm { .. }) {
        types.push("TEMPORARY");
    }
    types
}

fn base_salary(salary: &Salary) -> Value {
    let unit = match salary.period {
        Period::Hour => "HOUR",
        Period::Month => "MONTH",
        Period::Year => "YEAR",
    };
    json!({
        "@type": "MonetaryAmount",
        "currency": salary.currency,
        "value": {
            "@type": "QuantitativeValue",
            "minValue": salary.minimum,
            "maxValue": salary.maximum,
            "unitText": unit,
        },
    })
}
