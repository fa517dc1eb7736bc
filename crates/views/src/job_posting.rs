//! A posting as search engines read it: schema.org's `JobPosting`, with the
//! properties that Google's job search documents.

use domain::Posting;
use domain::posting::{Contract, Period, Remote, Salary};
use serde_json::{Value, json};

use crate::data::embed;

/// Returns the content of the JSON-LD element.
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
    add("/hiringOrganization", "logo", text(&organisation.logo));
    let place = &posting.place;
    add("/jobLocation/address", "streetAddress", text(&place.street));
    add("/jobLocation/address", "postalCode", text(&place.postcode));
    add("/jobLocation/address", "addressRegion", text(&place.region));
    // Google takes this for work that is done elsewhere all the time only.
    if place.remote == Some(Remote::Fully) {
        add("", "jobLocationType", Some("TELECOMMUTE".into()));
        let country = json!({ "@type": "Country", "name": place.country });
        add("", "applicantLocationRequirements", Some(country));
    }
    add("", "jobStartDate", posting.starts.map(|day| day.to_string().into()));
    let salary = posting.salary.as_ref().map(|salary| salary.for_workload(posting.workload));
    add("", "baseSalary", salary.as_ref().map(base_salary));
    embed(&value)
}

/// Returns the instant at which the posting closes, in UTC and without
/// fractions: what the server goes by, to the second.
fn valid_through(posting: &Posting) -> String {
    posting.requirements.window.closes_at.to_rfc3339().replace(".000Z", "Z")
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
